// The labels of a model: their order, their ids, which may follow which.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "json.h"

namespace nlp {

// Labels of words, as `LabelSet` in core/labels.py; an id is a place in `names`.
class LabelSet {
  public:
    enum class Scheme { Iob2, Plain };

    // What a label says of its word: nothing, that an entity begins here, or that one goes on.
    enum class Role { Outside, Begin, Inside };

    // Reads what `LabelSet.to_json` writes. Throws DataError for no name, a name twice, another
    // scheme, and in IOB2 for others than `O`, `B-T`, `I-T`, and for an `I-T` without its `B-T`.
    static LabelSet from_json(const Json& json);

    std::size_t size() const { return names_.size(); }
    const std::vector<std::string>& names() const { return names_; }
    Scheme scheme() const { return scheme_; }
    // The id of `O`, if there is one.
    std::optional<std::size_t> outside() const { return outside_; }

    // Types of entities, sorted by code point; of plain labels, every label but `O`.
    const std::vector<std::string>& types() const { return types_; }
    // A label's entity type, as a place in `types`; of no use for `O`.
    std::size_t type(std::size_t label) const { return type_ids_[label]; }
    // Each plain label but `O` begins an entity, of one word.
    Role role(std::size_t label) const { return roles_[label]; }

    // Whether a label may begin a sentence.
    bool is_legal_start(std::size_t label) const { return roles_[label] != Role::Inside; }
    // Whether one label may follow another.
    bool is_legal(std::size_t before, std::size_t after) const {
        const bool is_continued =
            roles_[before] != Role::Outside && type_ids_[before] == type_ids_[after];
        return is_legal_start(after) || is_continued;
    }

  private:
    LabelSet(std::vector<std::string> names, Scheme scheme);
    void read_names();
    void check_beginnings() const;

    std::vector<std::string> names_;
    Scheme scheme_;
    std::optional<std::size_t> outside_;
    std::vector<std::string> types_;
    std::vector<std::size_t> type_ids_;
    std::vector<Role> roles_;
};

}  // namespace nlp
