#include "lstm_layer.h"

#include <string>
#include <utility>
#include <vector>

#include "errors.h"

namespace nlp {
namespace {

constexpr const char* kDirections[] = {"rightward", "leftward"};
constexpr std::size_t kCellGate = 2;  // its tanh isn't a sigmoid's
constexpr float kHalf = 0.5F;         // σ(x) = ½ + ½ tanh(x / 2)

std::string name_of(std::size_t layer, int direction, const char* what) {
    return "layers." + std::to_string(layer) + "." + kDirections[direction] + "." + what;
}

// Outputs (gate, unit) to blocks [unit block][gate][16]; inputs are hidden states in parts.
Packing gate_packing(std::size_t width, std::vector<std::size_t> parts, int input_offset) {
    Packing packing;
    for (std::size_t gate = 0; gate < kGates; ++gate) {
        for (std::size_t unit = 0; unit < width; ++unit) {
            packing.places.push_back((unit / kBlock * kGates + gate) * kBlock + unit % kBlock);
            packing.factors.push_back(gate == kCellGate ? 1 : kHalf);
        }
    }
    packing.blocks = kGates * padded(width) / kBlock;
    packing.parts = std::move(parts);
    packing.input_offset = input_offset;
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

Direction read_direction(const Tensors& tensors, std::size_t index, int direction,
                         std::size_t inputs) {
    Direction found;
    found.recurrent = Weights::read(tensors, name_of(index, direction, "recurrent"));
    found.input = Weights::read(tensors, name_of(index, direction, "input"));
    const std::size_t outputs = kGates * found.width();
    if (found.recurrent.outputs != outputs || found.input.outputs != outputs ||
        found.input.inputs != inputs) {
        throw DataError("LSTM layer " + std::to_string(index) + ": arrays that don't fit");
    }
    found.bias = read_bias(tensors, name_of(index, direction, "bias"), outputs);
    return found;
}

// The products of both directions side by side, as floats or halves.
Matrix side_by_side(const Direction (&both)[2], std::size_t inputs, bool are_halves) {
    Weights weights;
    weights.inputs = inputs;
    std::vector<float> bias;
    Packing packing = gate_packing(both[0].width(), {inputs}, 0);
    const std::size_t blocks = packing.blocks;
    for (const Direction& direction : both) {
        for (std::size_t output = 0; output < direction.input.outputs; ++output) {
            for (std::size_t input = 0; input < inputs; ++input) {
                weights.floats.push_back(direction.input.at(output, input));
            }
        }
        weights.outputs += direction.input.outputs;
        bias.insert(bias.end(), direction.bias.begin(), direction.bias.end());
    }
    const std::size_t outputs = packing.places.size();  // of one direction
    for (std::size_t output = 0; output < outputs; ++output) {
        packing.places.push_back(packing.places[output] + blocks * kBlock);
        packing.factors.push_back(packing.factors[output]);
    }
    packing.blocks = 2 * blocks;
    return Matrix::of_table(are_halves, weights, bias, packing);
}

}  // namespace

bool LstmLayer::is_there(const Tensors& tensors, std::size_t index) {
    return tensors.has(name_of(index, 0, "recurrent"));
}

LstmLayer LstmLayer::read(const Tensors& tensors, std::size_t index, std::size_t inputs,
                          const NumberKernels& kernels, bool are_integers) {
    const Direction both[2] = {read_direction(tensors, index, 0, inputs),
                               read_direction(tensors, index, 1, inputs)};
    LstmLayer layer;
    layer.width = both[0].width();
    for (int direction = 0; direction < 2; ++direction) {
        const Direction& own = both[direction];
        const bool are_alike = own.recurrent.are_integers() == are_integers &&
                               (index == 0 || own.input.are_integers() == are_integers);
        if (own.width() != layer.width || !are_alike) {
            throw DataError("LSTM layer " + std::to_string(index) + ": directions that differ");
        }
        const int offset = kernels.hidden_offset;
        layer.recurrent[direction] =
            Matrix(kernels, own.recurrent, std::vector<float>(own.recurrent.outputs),
                   gate_packing(layer.width, {layer.width}, offset));
        if (index > 0) {
            layer.inputs[direction] =
                Matrix(kernels, own.input, own.bias,
                       gate_packing(layer.width, {inputs / 2, inputs / 2}, offset));
        }
    }
    if (index == 0) layer.table = side_by_side(both, inputs, are_integers);
    return layer;
}

}  // namespace nlp
