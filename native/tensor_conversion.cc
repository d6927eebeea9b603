#include "tensor_conversion.h"

#include "tensor_values.h"

namespace mavseg {

namespace {

std::string text(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::String>(); }

int whole(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Number>().Int32Value(); }

bool flag(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Boolean>(); }

std::vector<std::pair<std::string, std::string>> entries(const Napi::Object& object, const char* key) {
  const Napi::Array pairs = object.Get(key).As<Napi::Array>();
  std::vector<std::pair<std::string, std::string>> read;
  for (uint32_t index = 0; index < pairs.Length(); index++) {
    const Napi::Array pair = pairs.Get(index).As<Napi::Array>();
    read.emplace_back(pair.Get(0U).As<Napi::String>(), pair.Get(1U).As<Napi::String>());
  }
  return read;
}

TensorPlace read_place(const Napi::Object& tensor) {
  TensorPlace place{whole(tensor, "element"), {}, nullptr, 0, {}};
  const Napi::Array dims = tensor.Get("dims").As<Napi::Array>();
  for (uint32_t axis = 0; axis < dims.Length(); axis++) {
    place.dims.push_back(dims.Get(axis).As<Napi::Number>().Int64Value());
  }
  const Napi::Value data = tensor.Get("data");
  if (place.element == kStringElement) {
    const Napi::Array strings = data.As<Napi::Array>();
    for (uint32_t index = 0; index < strings.Length(); index++) {
      place.strings.push_back(strings.Get(index).As<Napi::String>());
    }
    return place;
  }
  auto bytes = data.As<Napi::Uint8Array>();
  place.data = bytes.Data();
  place.bytes = bytes.ByteLength();
  return place;
}

Napi::Array numbers(Napi::Env env, const std::vector<int64_t>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (size_t index = 0; index < values.size(); index++) {
    array.Set(static_cast<uint32_t>(index), Napi::Number::New(env, static_cast<double>(values[index])));
  }
  return array;
}

Napi::Array strings(Napi::Env env, const std::vector<std::string>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (size_t index = 0; index < values.size(); index++) array.Set(static_cast<uint32_t>(index), values[index]);
  return array;
}

}  // namespace

TensorSessionOptions read_session_options(const Napi::Object& options) {
  TensorSessionOptions read{};
  read.library = text(options, "ortLibrary");
  const Napi::Value model = options.Get("model");
  if (model.IsString()) {
    read.model_path = model.As<Napi::String>();
  } else {
    const auto bytes = model.As<Napi::Uint8Array>();
    read.model = bytes.Data();
    read.model_bytes = bytes.ByteLength();
  }
  read.intra_threads = whole(options, "intraThreads");
  read.inter_threads = whole(options, "interThreads");
  read.optimization = whole(options, "optimization");
  read.execution_mode = whole(options, "executionMode");
  read.uses_arena = flag(options, "usesArena");
  read.uses_memory_pattern = flag(options, "usesMemoryPattern");
  read.optimized_model_path = text(options, "optimizedModelPath");
  read.log_id = text(options, "logId");
  read.log_severity = whole(options, "logSeverity");
  read.log_verbosity = whole(options, "logVerbosity");
  const Napi::Array sizes = options.Get("freeDimensions").As<Napi::Array>();
  for (uint32_t index = 0; index < sizes.Length(); index++) {
    const Napi::Array pair = sizes.Get(index).As<Napi::Array>();
    read.free_dimensions.emplace_back(pair.Get(0U).As<Napi::String>(), pair.Get(1U).As<Napi::Number>().Int64Value());
  }
  read.config = entries(options, "config");
  return read;
}

TensorRun read_run(const Napi::Array& feeds, const Napi::Array& fetches, const Napi::Object& settings) {
  TensorRun run{};
  for (uint32_t index = 0; index < feeds.Length(); index++) {
    const Napi::Object feed = feeds.Get(index).As<Napi::Object>();
    run.inputs.emplace_back(static_cast<size_t>(whole(feed, "index")), read_place(feed));
  }
  for (uint32_t index = 0; index < fetches.Length(); index++) {
    const Napi::Object fetch = fetches.Get(index).As<Napi::Object>();
    std::optional<TensorPlace> place;
    if (!fetch.Get("data").IsUndefined()) place = read_place(fetch);
    run.outputs.emplace_back(static_cast<size_t>(whole(fetch, "index")), std::move(place));
  }
  run.tag = text(settings, "tag");
  run.log_severity = whole(settings, "logSeverity");
  run.log_verbosity = whole(settings, "logVerbosity");
  run.is_terminated = flag(settings, "isTerminated");
  run.config = entries(settings, "config");
  return run;
}

Napi::Array to_array(Napi::Env env, const std::vector<ValueInfo>& infos) {
  Napi::Array array = Napi::Array::New(env, infos.size());
  for (size_t index = 0; index < infos.size(); index++) {
    Napi::Object info = Napi::Object::New(env);
    info.Set("name", infos[index].name);
    info.Set("element", Napi::Number::New(env, infos[index].element));
    info.Set("dims", numbers(env, infos[index].dims));
    info.Set("symbols", strings(env, infos[index].symbols));
    array.Set(static_cast<uint32_t>(index), info);
  }
  return array;
}

Napi::Object to_object(Napi::Env env, const ProducedTensor& produced, std::vector<TensorCopy>& copies) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("element", Napi::Number::New(env, produced.element));
  object.Set("dims", numbers(env, produced.dims));
  if (produced.element == kStringElement) {
    object.Set("data", strings(env, produced.strings));
    return object;
  }
  // To be copied: memory of onnxruntime's behind an ArrayBuffer could not be transferred to another thread, which is what
  // those who run nets in workers do with outputs. Outputs whose size is foreseen are not copied.
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, produced.bytes);
  if (produced.bytes > 0) copies.push_back({produced.data, buffer.Data(), produced.bytes});
  object.Set("data", buffer);
  return object;
}

}  // namespace mavseg
