#include "lstm_layer.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "errors.h"

namespace nlp {
namespace {

constexpr const char* kDirections[] = {"rightward", "leftward"};
constexpr std::size_t kCellGate = 2;  // its tanh isn't a sigmoid's
constexpr float kHalf = 0.5F;         // σ(x) = ½ + ½ tanh(x / 2)

std::string name_of(const std::string& layer, int direction, const char* what) {
    return layer + "." + kDirections[direction] + "." + what;
}

// Outputs (gate, unit) to blocks [unit block][gate][16].
Packing gate_packing(std::size_t width, std::vector<std::size_t> parts) {
    Packing packing;
    for (std::size_t gate = 0; gate < kGates; ++gate) {
        for (std::size_t unit = 0; unit < width; ++unit) {
            packing.places.push_back((unit / kBlock * kGates + gate) * kBlock + unit % kBlock);
            packing.factors.push_back(gate == kCellGate ? 1 : kHalf);
        }
    }
    packing.blocks = kGates * padded(width) / kBlock;
    packing.parts = std::move(parts);
    return packing;
}

// The same; inputs are hidden states in parts.
Packing hidden_packing(std::size_t width, std::vector<std::size_t> parts,
                       const NumberKernels& kernels) {
    Packing packing = gate_packing(width, std::move(parts));
    packing.input_offset = kernels.hidden_offset;
    packing.input_unit = 1 / kHiddenScale;
    return packing;
}

// One direction as the file has it.
struct Direction {
    Weights recurrent;
    Weights input;
    std::vector<float> bias;

    std::size_t width() const { return recurrent.inputs; }
};

Direction read_direction(const Tensors& tensors, const std::string& name, int direction,
                         std::size_t inputs) {
    Direction found;
    found.recurrent = Weights::read(tensors, name_of(name, direction, "recurrent"));
    found.input = Weights::read(tensors, name_of(name, direction, "input"));
    const std::size_t outputs = kGates * found.width();
    if (found.recurrent.outputs != outputs || found.input.outputs != outputs ||
        found.input.inputs != inputs) {
        throw DataError("LSTM " + name + ": arrays that don't fit");
    }
    found.bias = read_bias(tensors, name_of(name, direction, "bias"), outputs);
    return found;
}

// The input products of both directions side by side.
struct Joined {
    Weights weights;
    std::vector<float> bias;
    Packing packing;
};

Joined side_by_side(const Direction (&both)[2], std::size_t inputs) {
    Joined found;
    Packing& packing = found.packing;
    packing = gate_packing(both[0].width(), {inputs});
    const std::size_t blocks = packing.blocks;
    for (const Direction& direction : both) {
        found.weights.append(direction.input);
        found.bias.insert(found.bias.end(), direction.bias.begin(), direction.bias.end());
    }
    const std::size_t outputs = packing.places.size();  // of one direction
    for (std::size_t output = 0; output < outputs; ++output) {
        packing.places.push_back(packing.places[output] + blocks * kBlock);
        packing.factors.push_back(packing.factors[output]);
    }
    packing.blocks = 2 * blocks;
    return found;
}

Matrix joined_matrix(const Direction (&both)[2], LstmInputs source, std::size_t inputs,
                     const NumberKernels& kernels, bool are_integers) {
    Joined joined = side_by_side(both, inputs);
    if (source == LstmInputs::Table) {
        return Matrix::of_table(are_integers, joined.weights, joined.bias, joined.packing);
    }
    joined.packing.input_offset = kernels.hidden_offset;
    return Matrix(kernels, joined.weights, joined.bias, joined.packing);
}

}  // namespace

bool LstmLayer::is_there(const Tensors& tensors, const std::string& name) {
    return tensors.has(name_of(name, 0, "recurrent"));
}

LstmLayer LstmLayer::read(const Tensors& tensors, const std::string& name, LstmInputs source,
                          std::size_t inputs, const NumberKernels& kernels, bool are_integers) {
    const Direction both[2] = {read_direction(tensors, name, 0, inputs),
                               read_direction(tensors, name, 1, inputs)};
    LstmLayer layer;
    layer.width = both[0].width();
    for (int direction = 0; direction < 2; ++direction) {
        const Direction& own = both[direction];
        const bool are_alike = own.recurrent.are_integers() == are_integers &&
                               own.input.are_integers() == are_integers;
        if (own.width() != layer.width || !are_alike) {
            throw DataError("LSTM " + name + ": directions that differ");
        }
        layer.recurrent[direction] =
            Matrix(kernels, own.recurrent, std::vector<float>(own.recurrent.outputs),
                   hidden_packing(layer.width, {layer.width}, kernels));
        if (source == LstmInputs::Hidden) {
            layer.inputs[direction] =
                Matrix(kernels, own.input, own.bias,
                       hidden_packing(layer.width, {inputs / 2, inputs / 2}, kernels));
        }
    }
    if (source != LstmInputs::Hidden) {
        layer.joined = joined_matrix(both, source, inputs, kernels, are_integers);
    }
    return layer;
}

void LstmLayer::run(int direction, const Chunk& chunk, const NumberKernels& kernels,
                    Scratch& scratch, unsigned char* hidden, ShownStates shown) const {
    const std::size_t stride = padded(width);
    scratch.cells.reserve(chunk.lengths.size() * stride);
    scratch.nothing.reserve(stride * kernels.input_size);
    if (kernels.hidden_offset != 0) {
        std::memset(scratch.nothing.data(), kernels.hidden_offset, stride);
    }
    LstmRun run{};
    run.recurrent = recurrent[direction].view();
    run.unit_blocks = stride / kBlock;
    run.sentences = chunk.lengths.size();
    run.lengths = chunk.lengths.data();
    run.starts = chunk.starts.data();
    run.before = scratch.pointers[kMaximumParts].data();
    run.hidden = hidden;
    run.stride = stride;
    run.nothing = scratch.nothing.data();
    run.cells = scratch.cells.data();
    run.shown = shown.first;
    run.shown_stride = shown.stride;
    run.is_leftward = direction == 1;
    kernels.lstm(run);
}

}  // namespace nlp
