#include "labels.h"

#include <algorithm>
#include <set>
#include <utility>

#include "errors.h"

namespace nlp {
namespace {

const char* const kOutside = "O";

LabelSet::Scheme scheme_of(const Json& json) {
    const Json* found = json.find("scheme");
    if (found != nullptr && found->kind() == Json::Kind::String) {
        if (found->string() == "IOB2") return LabelSet::Scheme::Iob2;
        if (found->string() == "plain") return LabelSet::Scheme::Plain;
    }
    throw DataError("labels of another scheme; expected \"IOB2\" or \"plain\"");
}

// What follows `B-` or `I-`.
std::string type_of(const std::string& label) {
    const bool is_prefixed = label.size() > 2 && label[1] == '-';
    if (!is_prefixed || (label[0] != 'B' && label[0] != 'I')) {
        throw DataError("label \"" + label + "\"; expected O, B-TYPE or I-TYPE (IOB2)");
    }
    return label.substr(2);
}

}  // namespace

LabelSet LabelSet::from_json(const Json& json) {
    std::vector<std::string> names;
    for (const Json& name : json.at("names").array()) names.push_back(name.string());
    if (names.empty()) throw DataError("labels: none");
    if (std::set<std::string>(names.begin(), names.end()).size() < names.size()) {
        throw DataError("labels: one of them twice");
    }
    return LabelSet(std::move(names), scheme_of(json));
}

LabelSet::LabelSet(std::vector<std::string> names, Scheme scheme)
    : names_(std::move(names)), scheme_(scheme) {
    read_names();
    check_beginnings();
}

void LabelSet::read_names() {
    std::vector<std::string> of_label;  // an empty one for O
    for (const std::string& name : names_) {
        const bool is_outside = name == kOutside;
        if (is_outside) outside_ = of_label.size();
        const bool is_inside = scheme_ == Scheme::Iob2 && !is_outside && name[0] == 'I';
        const Role beyond = is_inside ? Role::Inside : Role::Begin;
        roles_.push_back(is_outside ? Role::Outside : beyond);
        if (is_outside) {
            of_label.emplace_back();
        } else {
            of_label.push_back(scheme_ == Scheme::Iob2 ? type_of(name) : name);
            types_.push_back(of_label.back());
        }
    }
    std::sort(types_.begin(), types_.end());  // bytes of UTF-8 are in the order of code points
    types_.erase(std::unique(types_.begin(), types_.end()), types_.end());
    for (const std::string& type : of_label) {
        const auto place = std::lower_bound(types_.begin(), types_.end(), type);
        type_ids_.push_back(static_cast<std::size_t>(place - types_.begin()));
    }
}

void LabelSet::check_beginnings() const {
    std::vector<bool> begins(types_.size() + 1);
    for (std::size_t label = 0; label < size(); ++label) {
        if (roles_[label] == Role::Begin) begins[type_ids_[label]] = true;
    }
    for (std::size_t label = 0; label < size(); ++label) {
        if (roles_[label] == Role::Inside && !begins[type_ids_[label]]) {
            throw DataError("label \"" + names_[label] + "\" can follow nothing: \"B-" +
                            types_[type_ids_[label]] + "\" is missing");
        }
    }
}

}  // namespace nlp
