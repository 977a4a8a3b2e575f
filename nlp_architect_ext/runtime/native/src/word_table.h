// Words that were seen, and what a network needs to know of each: computed at first sight, kept.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "aligned.h"
#include "network.h"
#include "string_table.h"
#include "word_features.h"

namespace nlp {

// Rows of words. Threads may share one: rows are added behind, and never change.
class WordTable {
  public:
    static constexpr std::size_t kMostWords = 16'384;  // then the memory starts anew; 31 MB

    // Both must outlive it.
    WordTable(const WordFeatures& features, const Network& network);

    class Memory;
    // What keeps rows alive whatever other threads add or forget.
    using Hold = std::shared_ptr<const Memory>;

    // The row of each word, and what holds them. Words are valid UTF-8, none of them empty.
    Hold rows(const std::vector<std::string_view>& words,
              std::vector<const unsigned char*>& rows) const;

  private:
    bool find(const Memory& memory, const std::vector<std::string_view>& words,
              std::vector<const unsigned char*>& rows,
              std::vector<std::string_view>& missing) const;
    void add(Memory& memory, const std::vector<std::string_view>& words) const;

    const WordFeatures& features_;
    const Network& network_;
    mutable std::mutex mutex_;  // of the pointer
    mutable std::shared_ptr<Memory> memory_;
};

}  // namespace nlp
