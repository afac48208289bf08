// A text that must not be shown: no operator<< and no formatter takes it, so that printing one does
// not compile. Its bytes are wiped when it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace faaslight {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.Wipe(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      Wipe();
      text_ = other.text_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      Wipe();
      text_ = std::move(other.text_);
      other.Wipe();
    }
    return *this;
  }
  ~Secret() { Wipe(); }

  bool empty() const { return text_.empty(); }
  // For a signature or a request's header, never for a message.
  const std::string& Reveal() const { return text_; }

 private:
  void Wipe() {
    // Through volatile: what is not read again would not be written either.
    volatile char* byte = text_.data();
    for (size_t i = 0; i < text_.size(); ++i) byte[i] = 0;
    text_.clear();
  }

  std::string text_;
};

}  // namespace faaslight
