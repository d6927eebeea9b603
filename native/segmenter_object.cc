#include "segmenter_object.h"

#include <utility>

#include "coded_error.h"
#include "segmenter_options.h"

namespace mavseg {

namespace {

int64_t whole(const Napi::CallbackInfo& info, size_t index) { return info[index].As<Napi::Number>().Int64Value(); }

void refuse(Napi::Env env, const char* what) { throw to_error(env, CodedError("FRAME_INVALID", what)); }

}  // namespace

/** What keeps a frame's memory alive while it is worked on. */
struct SegmenterObject::Pending {
  Napi::Promise::Deferred deferred;
  Napi::Reference<Napi::Uint8Array> data;
  Napi::Reference<Napi::Uint8Array> mask;
  Napi::Reference<Napi::Float64Array> report;
  /** Empty where nobody wants them. */
  Napi::Reference<Napi::Uint8Array> run_lengths;
};

struct SegmenterObject::Message {
  Answer answer;
};

Napi::Function SegmenterObject::define(Napi::Env env) {
  return DefineClass(env, "Segmenter",
                     {InstanceMethod<&SegmenterObject::ready>("ready"),
                      InstanceMethod<&SegmenterObject::segment>("segment"),
                      InstanceMethod<&SegmenterObject::segment_jpeg>("segmentJpeg"),
                      InstanceMethod<&SegmenterObject::close>("close")});
}

SegmenterObject::SegmenterObject(const Napi::CallbackInfo& info)
    : ObjectWrap(info), ready_(info.Env()), closed_(info.Env()) {
  const Napi::Object options = info[0].As<Napi::Object>();
  SegmenterOptions read = read_options(options);
  library_ = read.session.library;
  class_count_ = read.output.class_count;
  // The thread reads the model's bytes until it is ready.
  options_ = Napi::Persistent(options);
  channel_ = Channel::New(info.Env(), "mavseg", 0, 1, this);
  // Added after the channel's own hook, so it runs before it: the thread must not answer into a channel that is gone.
  napi_add_env_cleanup_hook(info.Env(), on_teardown, this);
  segmenter_ = std::make_unique<Segmenter>(std::move(read), [channel = channel_](Answer answer) {
    auto* message = new Message{std::move(answer)};
    if (channel.NonBlockingCall(message) != napi_ok) delete message;
  });
  held_ = 1;
  Ref();
}

SegmenterObject::~SegmenterObject() {
  // At the end of an environment the channel is gone before its objects are.
  if (is_torn_down_) return;
  napi_remove_env_cleanup_hook(Env(), on_teardown, this);
  segmenter_->stop();
  channel_.Release();
}

void SegmenterObject::on_teardown(void* data) {
  auto* self = static_cast<SegmenterObject*>(data);
  self->segmenter_->stop();
  self->is_closing_ = true;
  self->is_torn_down_ = true;
}

void SegmenterObject::hold(Napi::Env env) {
  if (held_++ > 0) return;
  Ref();
  channel_.Ref(env);
}

void SegmenterObject::let_go(Napi::Env env) {
  if (--held_ > 0) return;
  channel_.Unref(env);
  Unref();
}

Napi::Value SegmenterObject::ready(const Napi::CallbackInfo&) { return ready_.promise.Value(); }

Napi::Value SegmenterObject::segment(const Napi::CallbackInfo& info) {
  const auto data = info[0].As<Napi::Uint8Array>();
  const Picture picture{data.Data(),
                        data.ByteLength(),
                        static_cast<int>(whole(info, 1)),
                        static_cast<int>(whole(info, 2)),
                        static_cast<size_t>(whole(info, 3)),
                        static_cast<Encoding>(whole(info, 4))};
  if (!fits(picture)) refuse(info.Env(), "a picture that does not fit its bytes");
  return submit(info, picture, picture.width, picture.height, 5);
}

Napi::Value SegmenterObject::segment_jpeg(const Napi::CallbackInfo& info) {
  const auto data = info[0].As<Napi::Uint8Array>();
  const JpegFile file{data.Data(), data.ByteLength(), static_cast<int>(whole(info, 1)),
                      static_cast<int>(whole(info, 2))};
  if (file.bytes == 0 || file.width < 1 || file.height < 1) refuse(info.Env(), "a file without bytes or size");
  return submit(info, file, file.width, file.height, 3);
}

Napi::Value SegmenterObject::submit(const Napi::CallbackInfo& info, std::variant<Picture, JpegFile> picture, int width,
                                    int height, size_t rest) {
  const Napi::Env env = info.Env();
  if (is_closing_) throw to_error(env, CodedError("ENGINE_STOPPED", "it was closed"));
  const auto data = info[0].As<Napi::Uint8Array>();
  const auto geometry_numbers = info[rest].As<Napi::Float64Array>();
  auto mask = info[rest + 1].As<Napi::Uint8Array>();
  auto report = info[rest + 2].As<Napi::Float64Array>();
  if (geometry_numbers.ElementLength() != kGeometryNumbers) refuse(env, "a geometry of another form");
  const Geometry geometry = read_geometry(geometry_numbers.Data());
  if (!is_consistent(geometry, width, height)) refuse(env, "a geometry that is not the picture's");
  if (mask.ByteLength() != static_cast<size_t>(width) * height) refuse(env, "a mask of another size");
  if (report.ElementLength() != static_cast<size_t>(kReportTimings + class_count_ * kReportPerClass)) {
    refuse(env, "a report of another size");
  }
  const Napi::Value wanted = info[rest + 3];
  auto run_lengths = wanted.IsUndefined() ? Napi::Uint8Array() : wanted.As<Napi::Uint8Array>();
  if (!run_lengths.IsEmpty() && run_lengths.ByteLength() < mask.ByteLength() * kMaxRunLengthBytesPerPx) {
    refuse(env, "too few bytes for run lengths");
  }
  auto* pending = new Pending{Napi::Promise::Deferred::New(env), Napi::Reference<Napi::Uint8Array>::New(data, 1),
                              Napi::Reference<Napi::Uint8Array>::New(mask, 1),
                              Napi::Reference<Napi::Float64Array>::New(report, 1),
                              run_lengths.IsEmpty() ? Napi::Reference<Napi::Uint8Array>()
                                                    : Napi::Reference<Napi::Uint8Array>::New(run_lengths, 1)};
  const Napi::Value promise = pending->deferred.Promise();
  hold(env);
  uint8_t* const lengths = run_lengths.IsEmpty() ? nullptr : run_lengths.Data();
  const bool goes_on = info[rest + 4].As<Napi::Boolean>();
  segmenter_->submit({picture, geometry, goes_on, mask.Data(), report.Data(), lengths, pending});
  return promise;
}

Napi::Value SegmenterObject::close(const Napi::CallbackInfo& info) {
  if (!is_closing_) {
    is_closing_ = true;
    hold(info.Env());
    segmenter_->close();
  }
  return closed_.promise.Value();
}

void SegmenterObject::receive(Napi::Env env, Napi::Function, SegmenterObject* self, Message* message) {
  const std::unique_ptr<Message> owned(message);
  const Answer& answer = owned->answer;
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(answer.token));
  // The environment is on its way out: nobody listens any more.
  if (env == nullptr) return;
  Napi::HandleScope scope(env);
  if (answer.kind == Answer::Kind::kReady) {
    self->options_.Reset();
    if (answer.error) {
      self->is_closing_ = true;
      self->closed_.deferred.Resolve(env.Undefined());
      self->ready_.deferred.Reject(to_error(env, *answer.error).Value());
    } else {
      Napi::Object ready = Napi::Object::New(env);
      ready.Set("ortVersion", OrtApi::open(self->library_).version());
      ready.Set("isFused", answer.is_fused);
      ready.Set("fusedRefusal", answer.fused_refusal);
      ready.Set("instructionSet", answer.instruction_set);
      self->ready_.deferred.Resolve(ready);
    }
  } else if (answer.kind == Answer::Kind::kClosed) {
    self->closed_.deferred.Resolve(env.Undefined());
  } else if (answer.error) {
    pending->deferred.Reject(to_error(env, *answer.error).Value());
  } else {
    pending->deferred.Resolve(Napi::Number::New(env, static_cast<double>(answer.run_length_bytes)));
  }
  self->let_go(env);
}

}  // namespace mavseg
