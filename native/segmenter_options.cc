#include "segmenter_options.h"

#include <algorithm>

namespace mavseg {

namespace {

/** The side of the largest tensor: a frame of the largest side, padded. */
constexpr int kMaxSidePx = 1 << 15;

std::string text(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::String>(); }

double number(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Number>().DoubleValue(); }

InputSpec read_input(const Napi::Object& input) {
  InputSpec spec{};
  const std::string dtype = text(input, "dtype");
  spec.type = dtype == "float32" ? InputType::kFloat32 : dtype == "float16" ? InputType::kFloat16 : InputType::kUint8;
  const std::string colour = text(input, "colour");
  spec.channels = colour == "grey" ? 1 : 3;
  spec.bgr = colour == "bgr";
  spec.planar = text(input, "layout") == "NCHW";
  spec.scale = number(input, "scale");
  const Napi::Array mean = input.Get("mean").As<Napi::Array>();
  const Napi::Array std = input.Get("std").As<Napi::Array>();
  for (uint32_t channel = 0; channel < static_cast<uint32_t>(spec.channels); channel++) {
    spec.mean[channel] = mean.Get(channel).As<Napi::Number>();
    spec.std[channel] = std.Get(channel).As<Napi::Number>();
  }
  return spec;
}

std::vector<float> floats(const Napi::Object& object, const char* key) {
  const Napi::Float32Array array = object.Get(key).As<Napi::Float32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

OutputManifest read_output(const Napi::Object& output) {
  const std::string kind = text(output, "kind");
  return {kind == "logits"         ? OutputKind::kLogits
          : kind == "binary-logit" ? OutputKind::kBinaryLogit
                                   : OutputKind::kClassIds,
          text(output, "layout") == "NHWC", static_cast<int>(number(output, "classCount")),
          static_cast<uint8_t>(number(output, "ignoreIndex")), static_cast<int>(number(output, "stride")),
          output.Get("confirmAt").IsUndefined() ? std::vector<float>() : floats(output, "confirmAt")};
}

ProviderChoice read_provider(const Napi::Object& provider) {
  ProviderChoice choice{text(provider, "name"), {}, provider.Get("allowSoftwareAdapter").As<Napi::Boolean>(), {}};
  const Napi::Array plugins = provider.Get("plugins").As<Napi::Array>();
  for (uint32_t index = 0; index < plugins.Length(); index++) {
    choice.plugins.push_back(plugins.Get(index).As<Napi::String>());
  }
  const Napi::Object options = provider.Get("options").As<Napi::Object>();
  const Napi::Array keys = options.GetPropertyNames();
  for (uint32_t index = 0; index < keys.Length(); index++) {
    const std::string key = keys.Get(index).As<Napi::String>();
    choice.options.emplace_back(key, text(options, key.c_str()));
  }
  return choice;
}

StepKind read_kind(const std::string& kind) {
  if (kind == "conv") return StepKind::kConv;
  if (kind == "separable") return StepKind::kSeparable;
  return kind == "pointwise" ? StepKind::kPointwise : StepKind::kUpsampleAdd;
}

FusedStep read_step(const Napi::Object& step) {
  const auto whole = [&](const char* key) { return static_cast<int>(number(step, key)); };
  const auto flag = [&](const char* key) { return step.Get(key).As<Napi::Boolean>().Value(); };
  FusedStep read{};
  read.kind = read_kind(text(step, "kind"));
  read.input = whole("input");
  read.skip = whole("skip");
  read.in = whole("in");
  read.out = whole("out");
  read.kernel = whole("kernel");
  read.stride = whole("stride");
  read.dilation = whole("dilation");
  read.pad_before = whole("padBefore");
  read.pad_after = whole("padAfter");
  read.inner_relu = flag("innerRelu");
  read.residual = flag("residual");
  read.relu = flag("relu");
  read.depthwise = floats(step, "depthwise");
  read.depthwise_bias = floats(step, "depthwiseBias");
  read.weights = floats(step, "weights");
  read.bias = floats(step, "bias");
  return read;
}

FusedNetOptions read_fused(const Napi::Value& value) {
  FusedNetOptions read{};
  if (value.IsUndefined()) return read;
  const Napi::Object fused = value.As<Napi::Object>();
  const Napi::Array steps = fused.Get("steps").As<Napi::Array>();
  for (uint32_t index = 0; index < steps.Length(); index++) {
    read.steps.push_back(read_step(steps.Get(index).As<Napi::Object>()));
  }
  read.check_height = static_cast<int>(number(fused, "checkHeight"));
  read.check_width = static_cast<int>(number(fused, "checkWidth"));
  return read;
}

std::optional<TemporalSpec> read_temporal(const Napi::Value& value) {
  if (value.IsUndefined()) return std::nullopt;
  const Napi::Object temporal = value.As<Napi::Object>();
  const auto real = [&](const char* key) { return static_cast<float>(number(temporal, key)); };
  return TemporalSpec{real("keep"), real("limit"), real("noise"), real("contrastShare"), floats(temporal, "hysteresis")};
}

AxisGeometry read_axis(const double* n) {
  const auto px = [n](int index) { return static_cast<int>(std::clamp(n[index], -1.0, 1e9)); };
  return {px(0), px(1), px(2), px(3), px(4), px(5), {n[6], n[7], px(8), px(9)}};
}

bool is_consistent(const AxisGeometry& axis, int frame) {
  return axis.frame == frame && axis.content >= 1 && axis.offset >= 0 && axis.tensor <= kMaxSidePx &&
         axis.offset + axis.content <= axis.tensor && axis.cropped >= 0 && axis.resized >= 1 &&
         axis.cropped + axis.content <= axis.resized && axis.map.from >= 0 && axis.map.from <= axis.map.to &&
         axis.map.to <= frame;
}

}  // namespace

SegmenterOptions read_options(const Napi::Object& options) {
  SegmenterOptions read{};
  const Napi::Object input = options.Get("input").As<Napi::Object>();
  const Napi::Object output = options.Get("output").As<Napi::Object>();
  read.session = {text(options, "ortLibrary"), static_cast<int>(number(options, "threads")), text(input, "name"),
                  text(output, "name"), read_provider(options.Get("provider").As<Napi::Object>()),
                  text(options, "layout") == "blocked"};
  read.input = read_input(input);
  read.output = read_output(output);
  read.fused = read_fused(options.Get("fused"));
  read.temporal = read_temporal(options.Get("temporal"));
  read.turbojpeg = text(options, "turbojpeg");
  const Napi::Value model = options.Get("model");
  if (model.IsString()) {
    read.model_path = model.As<Napi::String>();
  } else {
    const Napi::Uint8Array bytes = model.As<Napi::Uint8Array>();
    read.model = bytes.Data();
    read.model_bytes = bytes.ByteLength();
  }
  return read;
}

Geometry read_geometry(const double* numbers) {
  return {read_axis(numbers), read_axis(numbers + 10), numbers[20] != 0};
}

bool is_consistent(const Geometry& geometry, int width, int height) {
  return is_consistent(geometry.x, width) && is_consistent(geometry.y, height);
}

}  // namespace mavseg
