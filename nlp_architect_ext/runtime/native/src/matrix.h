// A matrix packed for the kernels.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "aligned.h"
#include "kernels.h"
#include "tensors.h"

namespace nlp {

// Weights as an export holds them: floats, or 8-bit integers and what each output's are times.
struct Weights {
    std::size_t outputs = 0;
    std::size_t inputs = 0;
    std::vector<float> floats;          // (outputs, inputs); empty for integers
    std::vector<std::int8_t> integers;  // (outputs, inputs); empty for floats
    std::vector<float> scales;          // (outputs, parts); empty for floats
    std::size_t parts = 1;              // of equally many inputs, each with a scale of its own

    // Reads `name`, (outputs, inputs ...), and `name.scale`, (outputs, parts), if it's integers.
    // Further axes count as inputs. Throws DataError for other shapes.
    static Weights read(const Tensors& tensors, const std::string& name, std::size_t parts = 1);

    bool are_integers() const { return !integers.empty(); }
    float at(std::size_t output, std::size_t input) const;
    // Adds outputs of the same inputs, and of the same kind of numbers in one part.
    void append(const Weights& others);
    // (outputs, taps · inputs) as (taps · outputs, inputs).
    Weights taps_as_outputs(std::size_t taps) const;
    float scale(std::size_t output, std::size_t part) const {
        return scales[output * parts + (parts == 1 ? 0 : part)];
    }
};

// The bias `name` (outputs,). Throws DataError for another shape.
std::vector<float> read_bias(const Tensors& tensors, const std::string& name, std::size_t outputs);

// Where the numbers of a matrix go.
struct Packing {
    std::vector<std::size_t> places;  // of each output, in blocks; as many as outputs
    std::vector<float> factors;       // what each output is multiplied by; empty: 1
    std::size_t blocks = 0;           // of all outputs
    std::vector<std::size_t> parts;   // inputs of each part; together all inputs
    int input_offset = 0;             // that integers of inputs are stored with
    float input_unit = 1;             // what an integer of 1 stands for
};

// Outputs in their own order, inputs in one part.
Packing plain_packing(std::size_t outputs, std::vector<std::size_t> parts);

// Inputs of rows: the first row's, and how many bytes later each next one's lie.
struct Inputs {
    const void* first;
    std::size_t stride;
};

class Matrix {
  public:
    Matrix() = default;
    // The weights as the kernels of their kind of numbers want them; the bias is (outputs,).
    Matrix(const NumberKernels& kernels, const Weights& weights, const std::vector<float>& bias,
           const Packing& packing);
    // Weights of any kind as halves, for `Kernels::half_product`, or as floats.
    static Matrix of_table(bool are_halves, const Weights& weights, const std::vector<float>& bias,
                           const Packing& packing);
    static Matrix floats(const Weights& weights, const std::vector<float>& bias,
                         const Packing& packing);

    MatrixView view() const;
    // What is left to say of a product are its outputs. `pointers` are filled, a part each, and
    // must stay.
    Product times(std::size_t rows, const std::vector<Inputs>& parts,
                  std::vector<const void*>* pointers) const;
    // Groups of a part's inputs.
    std::size_t part_groups(std::size_t part) const { return part_groups_[part]; }
    std::size_t parts() const { return part_groups_.size(); }
    std::size_t outputs() const { return blocks_ * kBlock; }

  private:
    enum class Kind { Bytes, Words, Halves, Floats };

    void pack(Kind kind, std::size_t group, const Weights& weights, const std::vector<float>& bias,
              const Packing& packing);
    void put(Kind kind, std::size_t place, const Weights& weights, std::size_t output,
             std::size_t input, float factor);

    Aligned<unsigned char> weights_;
    Aligned<float> scales_;
    Aligned<float> bias_;
    Aligned<std::int32_t> starts_;
    bool has_starts_ = false;
    std::size_t blocks_ = 0;
    std::size_t groups_ = 0;
    std::vector<std::size_t> part_groups_;
};

}  // namespace nlp
