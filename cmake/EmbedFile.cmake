# Turns a file into a C++ source that defines a string_view of its bytes (cmake -DIN= -DOUT= -DSYMBOL= -P).
file(READ ${IN} hex HEX)
string(LENGTH "${hex}" hex_length)
math(EXPR length "${hex_length} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUT} "#include <string_view>
namespace faaslight {
namespace {
const unsigned char kBytes[] = {${bytes}0};
}
extern const std::string_view ${SYMBOL};
const std::string_view ${SYMBOL}{reinterpret_cast<const char*>(kBytes), ${length}};
}  // namespace faaslight
")
