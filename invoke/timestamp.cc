#include "invoke/timestamp.h"

#include <chrono>

namespace faaslight {
namespace {

bool IsDigit(char byte) { return byte >= '0' && byte <= '9'; }

// Takes pieces off the front of a text; once one does not fit, ok() is false for good.
class Taker {
 public:
  explicit Taker(std::string_view text) : text_(text) {}

  // Exactly `digits` digits, as a number of at most `most`.
  int Number(size_t digits, int most) {
    int value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (at_ >= text_.size() || !IsDigit(text_[at_])) ok_ = false;
      if (!ok_) return 0;
      value = value * 10 + (text_[at_++] - '0');
    }
    if (value > most) ok_ = false;
    return value;
  }
  // One of `bytes`, or 0.
  char Maybe(std::string_view bytes) {
    if (at_ >= text_.size() || bytes.find(text_[at_]) == std::string_view::npos) return 0;
    return text_[at_++];
  }
  void One(std::string_view bytes) {
    if (Maybe(bytes) == 0) ok_ = false;
  }
  // Milliseconds of a fraction of a second: at least one digit.
  double Fraction() {
    double value = 0;
    double scale = 100;
    const size_t start = at_;
    for (; at_ < text_.size() && IsDigit(text_[at_]); ++at_, scale /= 10)
      value += scale * (text_[at_] - '0');
    if (at_ == start) ok_ = false;
    return value;
  }
  bool ok() const { return ok_; }
  size_t at() const { return at_; }

 private:
  std::string_view text_;
  size_t at_ = 0;
  bool ok_ = true;
};

// Minutes east of Greenwich; what is no zone is left where it is.
int TakeZone(Taker& taker) {
  if (taker.Maybe("Zz") != 0) return 0;
  Taker zone = taker;
  const char sign = zone.Maybe("+-");
  if (sign == 0) return 0;
  const int hours = zone.Number(2, 23);
  zone.Maybe(":");
  const int minutes = zone.Number(2, 59);
  if (!zone.ok()) return 0;
  taker = zone;
  return (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::optional<ParsedTimestamp> ParseTimestampPrefix(std::string_view text) {
  Taker taker(text);
  const int year = taker.Number(4, 9999);
  taker.One("-");
  const int month = taker.Number(2, 12);
  taker.One("-");
  const int day = taker.Number(2, 31);
  taker.One("Tt ");
  const int hour = taker.Number(2, 23);
  taker.One(":");
  const int minute = taker.Number(2, 59);
  taker.One(":");
  const int second = taker.Number(2, 60);  // 60: a leap second
  if (!taker.ok()) return std::nullopt;

  double fraction = 0;
  Taker after = taker;
  if (after.Maybe(".,") != 0) {
    fraction = after.Fraction();
    if (after.ok()) taker = after;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const int zone = TakeZone(taker);
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  const double seconds = static_cast<double>(days) * 86'400 + hour * 3600 + (minute - zone) * 60;
  return ParsedTimestamp{(seconds + second) * 1000 + fraction, taker.at()};
}

std::optional<double> ParseTimestamp(std::string_view text) {
  const std::optional<ParsedTimestamp> parsed = ParseTimestampPrefix(text);
  if (!parsed || parsed->used != text.size()) return std::nullopt;
  return parsed->ms;
}

double NowMs() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace faaslight
