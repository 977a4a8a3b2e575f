#include "model.h"

#include <algorithm>
#include <map>

#include "errors.h"
#include "kernels.h"
#include "tagger_config.h"
#include "windows.h"

namespace nlp {
namespace {

constexpr std::size_t kMostThreads = 1024;
constexpr std::size_t kTogether = 12;     // sentences of a chunk: two turns of the AVX-512 kernels
constexpr std::size_t kChunkWords = 384;  // what they need stays in the processor's cache
// Fewer words are faster on one thread: to wake another takes as long as 15 words.
constexpr std::size_t kWorthSharing = 40;
constexpr std::size_t kKeptWorkspaces = 64;

PairScores read_pairs(const Tensors& tensors) {
    const auto read = [&](const char* name) { return tensors.at(name).floats(); };
    return {read("transitions"), read("start"), read("end")};
}

}  // namespace

// A sentence, or a window of one.
struct Model::Piece {
    std::size_t sentence;
    Window window;
    bool is_whole;

    std::size_t length() const { return window.end - window.start; }
};

// What a thread needs for a chunk.
struct Model::Workspace {
    Chunk chunk;
    Scratch scratch;
    DecodingScratch decoding;
    Aligned<float> emissions;
    std::vector<std::string_view> words;
};

Model::Model(const ExportFiles& files, std::size_t threads)
    : threads_(std::min(std::max<std::size_t>(threads, 1), kMostThreads)), pool_(threads_) {
    const TaggerConfig config = TaggerConfig::parse(files.config);
    max_words_ = config.max_words;
    labels_ = config.labels;
    vocabulary_.emplace(Json::parse(files.vocabulary));
    const Tensors words = Tensors::parse(files.words);
    features_.emplace(*vocabulary_, words);
    network_ = Network::read(Tensors::parse(files.network), features_->size(), labels_->size());
    table_.emplace(*features_, *network_);
    const PairScores pairs = config.has_crf ? read_pairs(words) : PairScores{};
    decoding_.emplace(kernels().decoding, *labels_, config.outside_bias,
                      config.has_crf ? &pairs : nullptr);
    entities_.emplace(*labels_, config.calibration);
    splitter_.emplace(Json::parse(files.splitting));
    size_ = files.words.size() + files.network.size();
}

Model::~Model() = default;

SplitTexts Model::split(const std::vector<std::string_view>& texts) const {
    SplitTexts found;
    found.words.resize(texts.size());
    std::size_t bytes = 0;
    for (const std::string_view text : texts) bytes += text.size();
    constexpr std::size_t kBytesAWord = 6;
    share(texts.size(), bytes / kBytesAWord,
          [&](std::size_t text) { splitter_->split(texts[text], found.words[text]); });
    for (std::size_t text = 0; text < texts.size(); ++text) {
        for (const Word& word : found.words[text]) {
            found.sentences.words.push_back(
                texts[text].substr(word.byte_start, word.byte_end - word.byte_start));
        }
        found.sentences.starts.push_back(found.sentences.words.size());
    }
    return found;
}

Found Model::tag(const Sentences& sentences, double threshold) const {
    Found found;
    found.labels.resize(sentences.words.size());
    found.chances.resize(sentences.words.size());
    found.entities.resize(sentences.size());
    const std::size_t stride = network_->stride();
    const std::vector<Piece> all = pieces(sentences);
    std::map<std::size_t, Aligned<float>> joined;  // emissions of long sentences' windows
    for (const Piece& piece : all) {
        if (!piece.is_whole && joined.count(piece.sentence) == 0) {
            joined[piece.sentence] = Aligned<float>(sentences.length(piece.sentence) * stride);
        }
    }
    compute_all(sentences, all, [&](const Piece& piece, const float* kept, Workspace& workspace) {
        if (piece.is_whole) {
            decode(kept, piece.sentence, sentences, threshold, workspace, found);
        } else {
            const Window& window = piece.window;
            std::copy_n(kept, (window.keep_end - window.keep_start) * stride,
                        joined.at(piece.sentence).data() + window.keep_start * stride);
        }
    });
    for (const auto& [sentence, emissions] : joined) {
        std::unique_ptr<Workspace> workspace = take_workspace();
        decode(emissions.data(), sentence, sentences, threshold, *workspace, found);
        give_back(std::move(workspace));
    }
    return found;
}

std::vector<float> Model::emissions(const Sentences& sentences) const {
    const std::size_t count = labels_->size();
    std::vector<float> found(sentences.words.size() * count);
    compute_all(sentences, pieces(sentences),
                [&](const Piece& piece, const float* kept, const Workspace&) {
                    const Window& window = piece.window;
                    const std::size_t first = sentences.starts[piece.sentence];
                    for (std::size_t word = window.keep_start; word < window.keep_end; ++word) {
                        std::copy_n(kept, count, found.data() + (first + word) * count);
                        kept += network_->stride();
                    }
                });
    return found;
}

// Computes all pieces, some at a time on each thread, and hands on the emissions (words, stride) of
// each one's words that are kept.
void Model::compute_all(const Sentences& sentences, const std::vector<Piece>& pieces,
                        const Use& use) const {
    const std::vector<std::size_t> starts = chunks(pieces);
    const std::size_t stride = network_->stride();
    share(starts.size() - 1, sentences.words.size(), [&](std::size_t chunk) {
        std::unique_ptr<Workspace> workspace = take_workspace();
        const float* emissions =
            compute(sentences, pieces, starts[chunk], starts[chunk + 1], *workspace);
        for (std::size_t index = starts[chunk]; index < starts[chunk + 1]; ++index) {
            const Piece& piece = pieces[index];
            const std::size_t left_out = piece.window.keep_start - piece.window.start;
            use(piece, emissions + left_out * stride, *workspace);
            emissions += piece.length() * stride;
        }
        give_back(std::move(workspace));
    });
}

// All sentences and windows, the longest first; empty sentences have none.
std::vector<Model::Piece> Model::pieces(const Sentences& sentences) const {
    std::vector<Piece> found;
    found.reserve(sentences.size());
    for (std::size_t sentence = 0; sentence < sentences.size(); ++sentence) {
        const std::size_t length = sentences.length(sentence);
        if (length == 0) continue;
        if (length <= max_words_) {
            found.push_back({sentence, {0, length, 0, length}, true});
            continue;
        }
        for (const Window& window : windows(length, max_words_)) {
            found.push_back({sentence, window, false});
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Piece& a, const Piece& b) { return a.length() > b.length(); });
    return found;
}

// Where each chunk of pieces begins, and the end of the last: as many for each thread.
std::vector<std::size_t> Model::chunks(const std::vector<Piece>& pieces) const {
    const std::size_t turn = threads_ * kTogether;
    const std::size_t wanted = (pieces.size() + turn - 1) / turn * threads_;
    const std::size_t together = wanted == 0 ? 1 : (pieces.size() + wanted - 1) / wanted;
    std::vector<std::size_t> starts = {0};
    std::size_t words = 0;
    for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
        const bool is_first = piece == starts.back();
        words += pieces[piece].length();
        if (!is_first && (piece - starts.back() == together || words > kChunkWords)) {
            starts.push_back(piece);
            words = pieces[piece].length();
        }
    }
    if (!pieces.empty()) starts.push_back(pieces.size());
    return starts;
}

// Emissions of a chunk, (words, stride), in the workspace.
const float* Model::compute(const Sentences& sentences, const std::vector<Piece>& pieces,
                            std::size_t first, std::size_t last, Workspace& workspace) const {
    Chunk& chunk = workspace.chunk;
    chunk.lengths.clear();
    chunk.starts.clear();
    workspace.words.clear();
    for (std::size_t index = first; index < last; ++index) {
        const Piece& piece = pieces[index];
        const auto words =
            sentences.words.begin() + static_cast<std::ptrdiff_t>(sentences.starts[piece.sentence]);
        chunk.lengths.push_back(piece.length());
        chunk.starts.push_back(workspace.words.size());
        workspace.words.insert(workspace.words.end(),
                               words + static_cast<std::ptrdiff_t>(piece.window.start),
                               words + static_cast<std::ptrdiff_t>(piece.window.end));
    }
    const WordTable::Hold hold = table_->rows(workspace.words, chunk.rows);
    workspace.emissions.reserve(chunk.words() * network_->stride());
    network_->emissions(chunk, workspace.scratch, workspace.emissions.data());
    return workspace.emissions.data();
}

void Model::decode(const float* emissions, std::size_t sentence, const Sentences& sentences,
                   double threshold, Workspace& workspace, Found& found) const {
    const std::size_t start = sentences.starts[sentence];
    const std::size_t words = sentences.length(sentence);
    int* labels = found.labels.data() + start;
    double* chances = found.chances.data() + start;
    decoding_->decode(emissions, words, network_->stride(), workspace.decoding, labels, chances);
    entities_->read(labels, chances, words, threshold, found.entities[sentence]);
}

// Tasks on all threads where that's faster, else on this one.
void Model::share(std::size_t count, std::size_t words, const Task& task) const {
    if (words >= kWorthSharing) return pool_.run(count, task);
    for (std::size_t own = 0; own < count; ++own) task(own);
}

std::unique_ptr<Model::Workspace> Model::take_workspace() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (workspaces_.empty()) return std::make_unique<Workspace>();
    std::unique_ptr<Workspace> found = std::move(workspaces_.back());
    workspaces_.pop_back();
    return found;
}

void Model::give_back(std::unique_ptr<Workspace> workspace) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (workspaces_.size() < kKeptWorkspaces) workspaces_.push_back(std::move(workspace));
}

}  // namespace nlp
