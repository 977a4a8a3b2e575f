// An exported tagger: words in, labels and entities out.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoding.h"
#include "entities.h"
#include "labels.h"
#include "network.h"
#include "splitter.h"
#include "thread_pool.h"
#include "vocabulary.h"
#include "word_features.h"
#include "word_table.h"

namespace nlp {

// The content of an export's files; see docs/export-format.md.
struct ExportFiles {
    std::string_view config;      // config.json
    std::string_view vocabulary;  // vocabulary.json
    std::string_view words;       // words.safetensors
    std::string_view network;     // network.safetensors
    std::string_view splitting;   // splitting.json
};

// Sentences, each some words in a row; words are valid UTF-8, none of them empty.
struct Sentences {
    std::vector<std::string_view> words;    // of all sentences
    std::vector<std::size_t> starts = {0};  // the first word of each, and the end of the last

    std::size_t size() const { return starts.size() - 1; }
    std::size_t length(std::size_t sentence) const {
        return starts[sentence + 1] - starts[sentence];
    }
};

// Texts split into words.
struct SplitTexts {
    std::vector<std::vector<Word>> words;  // of each text
    Sentences sentences;                   // the same, as views into the texts
};

// What is found of sentences.
struct Found {
    std::vector<int> labels;                    // of all words
    std::vector<double> chances;                // of all words: the probabilities of their labels
    std::vector<std::vector<Entity>> entities;  // of each sentence
};

// Any number of threads may use one at once. What is found of a sentence depends neither on those
// beside it nor on the number of threads, bit by bit.
class Model {
  public:
    // Threads share the sentences of a call. Throws DataError for files that no export wrote, or
    // that belong to a student whose network isn't known.
    Model(const ExportFiles& files, std::size_t threads);
    ~Model();

    // The labels, and the entities whose score isn't below the threshold.
    Found tag(const Sentences& sentences, double threshold) const;
    // Scores (words of all sentences, labels) before any decoding.
    std::vector<float> emissions(const Sentences& sentences) const;
    // The words of texts, which must be valid UTF-8 and outlive what is given.
    SplitTexts split(const std::vector<std::string_view>& texts) const;

    const LabelSet& labels() const { return *labels_; }
    // Bytes of what was learnt, as it lies in memory.
    std::size_t size() const { return size_; }

  private:
    struct Piece;
    struct Workspace;
    using Task = std::function<void(std::size_t)>;
    using Use = std::function<void(const Piece&, const float*, Workspace&)>;

    std::vector<Piece> pieces(const Sentences& sentences) const;
    std::vector<std::size_t> chunks(const std::vector<Piece>& pieces) const;
    void compute_all(const Sentences& sentences, const std::vector<Piece>& pieces,
                     const Use& use) const;
    const float* compute(const Sentences& sentences, const std::vector<Piece>& pieces,
                         std::size_t first, std::size_t last, Workspace& workspace) const;
    void decode(const float* emissions, std::size_t sentence, const Sentences& sentences,
                double threshold, Workspace& workspace, Found& found) const;
    void share(std::size_t count, std::size_t words, const Task& task) const;
    std::unique_ptr<Workspace> take_workspace() const;
    void give_back(std::unique_ptr<Workspace> workspace) const;

    std::size_t threads_;
    std::size_t max_words_ = 0;  // of a window
    std::size_t size_ = 0;
    std::optional<LabelSet> labels_;
    std::optional<Vocabulary> vocabulary_;
    std::optional<WordFeatures> features_;
    std::unique_ptr<Network> network_;
    std::optional<WordTable> table_;
    std::optional<Decoding> decoding_;
    std::optional<EntityReader> entities_;
    std::optional<Splitter> splitter_;
    mutable ThreadPool pool_;
    mutable std::mutex mutex_;  // of the workspaces
    mutable std::vector<std::unique_ptr<Workspace>> workspaces_;
};

}  // namespace nlp
