#include "string_table.h"

#include <cstring>
#include <utility>

#include "errors.h"

namespace nlp {
namespace {

constexpr std::size_t kFirstSlots = 16;
constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15;  // 2^64 over the golden ratio, odd

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * kMultiplier;
    return hash ^ hash >> 32;
}

std::uint32_t hash_of(std::string_view text) {
    std::uint64_t hash = mixed(text.size(), 0x51);
    const char* place = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, place += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, place, 8);
        hash = mixed(hash, word);
    }
    if (left >= 4) {  // two halves that may overlap
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::memcpy(&first, place, 4);
        std::memcpy(&last, place + left - 4, 4);
        hash = mixed(hash, std::uint64_t{first} << 32 | last);
    } else if (left > 0) {
        const auto byte = [&](std::size_t at) {
            return std::uint64_t{static_cast<unsigned char>(place[at])};
        };
        hash = mixed(hash, byte(0) << 16 | byte(left / 2) << 8 | byte(left - 1));
    }
    return static_cast<std::uint32_t>(mixed(hash, 0));
}

}  // namespace

void StringTable::reserve(std::size_t strings, std::size_t bytes) {
    std::size_t slots = kFirstSlots;
    while (slots < 2 * strings) slots *= 2;
    if (slots > slots_.size()) grow(slots);
    bytes_.reserve(bytes);
}

bool StringTable::add(std::string_view text, std::uint32_t value) {
    if (2 * (size_ + 1) > slots_.size()) grow(slots_.empty() ? kFirstSlots : 2 * slots_.size());
    const std::uint32_t hash = hash_of(text);
    Slot& slot = slots_[slot_of(text, hash)];
    if (slot.length != kMissing) return false;
    if (text.size() > kMissing - 1 - bytes_.size()) throw DataError("more than 4 GB of strings");
    slot.hash = hash;
    slot.begin = static_cast<std::uint32_t>(bytes_.size());
    slot.length = static_cast<std::uint32_t>(text.size());
    slot.value = value;
    bytes_ += text;
    ++size_;
    return true;
}

std::uint32_t StringTable::find(std::string_view text) const {
    if (size_ == 0) return kMissing;
    const Slot& slot = slots_[slot_of(text, hash_of(text))];
    return slot.length == kMissing ? kMissing : slot.value;
}

void StringTable::clear() {
    bytes_.clear();
    slots_.clear();
    size_ = 0;
}

// The slot that holds a string, or the free one where it belongs.
std::size_t StringTable::slot_of(std::string_view text, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t place = hash & mask;; place = (place + 1) & mask) {
        const Slot& slot = slots_[place];
        if (slot.length == kMissing) return place;
        if (slot.hash != hash || slot.length != text.size()) continue;
        if (std::string_view(bytes_.data() + slot.begin, slot.length) == text) return place;
    }
}

void StringTable::grow(std::size_t slots) {
    const std::vector<Slot> old = std::exchange(slots_, {});
    slots_.assign(slots, Slot{0, 0, kMissing, 0});
    const std::size_t mask = slots - 1;
    for (const Slot& slot : old) {
        if (slot.length == kMissing) continue;
        std::size_t place = slot.hash & mask;
        while (slots_[place].length != kMissing) place = (place + 1) & mask;
        slots_[place] = slot;
    }
}

}  // namespace nlp
