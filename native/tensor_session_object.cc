#include "tensor_session_object.h"

#include <cstring>
#include <utility>

#include "coded_error.h"
#include "tensor_conversion.h"

namespace mavseg {

namespace {

/** Copying this much takes a few dozen microseconds, as long as the way to the session's thread and back. */
constexpr size_t kCopyHereBytes = 256 * 1024;

size_t total_bytes(const std::vector<TensorCopy>& copies) {
  size_t bytes = 0;
  for (const TensorCopy& copy : copies) bytes += copy.bytes;
  return bytes;
}

}  // namespace

/** What keeps the memory of a run's tensors alive while it is worked on. */
struct TensorSessionObject::Pending {
  Napi::Promise::Deferred deferred;
  Napi::ObjectReference feeds;
  Napi::ObjectReference fetches;
  /** While outputs are copied: what from, and what the promise resolves with. */
  std::vector<ProducedTensor> produced;
  Napi::ObjectReference results;
};

struct TensorSessionObject::Message {
  TensorAnswer answer;
};

Napi::Function TensorSessionObject::define(Napi::Env env) {
  return DefineClass(env, "TensorSession",
                     {InstanceMethod<&TensorSessionObject::ready>("ready"),
                      InstanceMethod<&TensorSessionObject::run>("run"),
                      InstanceMethod<&TensorSessionObject::close>("close")});
}

TensorSessionObject::TensorSessionObject(const Napi::CallbackInfo& info)
    : ObjectWrap(info), ready_(info.Env()), closed_(info.Env()) {
  const Napi::Object options = info[0].As<Napi::Object>();
  TensorSessionOptions read = read_session_options(options);
  // The thread reads the model's bytes until it is ready.
  options_ = Napi::Persistent(options);
  channel_ = Channel::New(info.Env(), "mavseg", 0, 1, this);
  // Added after the channel's own hook, so it runs before it: the thread must not answer into a channel that is gone.
  napi_add_env_cleanup_hook(info.Env(), on_teardown, this);
  session_ = std::make_unique<TensorSession>(std::move(read), [channel = channel_](TensorAnswer answer) {
    auto* message = new Message{std::move(answer)};
    if (channel.NonBlockingCall(message) != napi_ok) delete message;
  });
  held_ = 1;
  Ref();
}

TensorSessionObject::~TensorSessionObject() {
  // At the end of an environment the channel is gone before its objects are.
  if (is_torn_down_) return;
  napi_remove_env_cleanup_hook(Env(), on_teardown, this);
  session_->stop();
  channel_.Release();
}

void TensorSessionObject::on_teardown(void* data) {
  auto* self = static_cast<TensorSessionObject*>(data);
  self->session_->stop();
  self->is_closing_ = true;
  self->is_torn_down_ = true;
}

void TensorSessionObject::hold(Napi::Env env) {
  if (held_++ > 0) return;
  Ref();
  channel_.Ref(env);
}

void TensorSessionObject::let_go(Napi::Env env) {
  if (--held_ > 0) return;
  channel_.Unref(env);
  Unref();
}

Napi::Value TensorSessionObject::ready(const Napi::CallbackInfo&) { return ready_.promise.Value(); }

Napi::Value TensorSessionObject::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (is_closing_) throw to_error(env, CodedError("ONNX_SESSION_RELEASED", "a run after release()"));
  const auto feeds = info[0].As<Napi::Array>();
  const auto fetches = info[1].As<Napi::Array>();
  TensorRun run = read_run(feeds, fetches, info[2].As<Napi::Object>());
  auto* pending =
      new Pending{Napi::Promise::Deferred::New(env), Napi::Persistent(feeds.As<Napi::Object>()),
                  Napi::Persistent(fetches.As<Napi::Object>())};
  run.token = pending;
  const Napi::Value promise = pending->deferred.Promise();
  hold(env);
  session_->submit(std::move(run));
  return promise;
}

Napi::Value TensorSessionObject::close(const Napi::CallbackInfo& info) {
  if (!is_closing_) {
    is_closing_ = true;
    hold(info.Env());
    session_->close();
  }
  return closed_.promise.Value();
}

void TensorSessionObject::receive_ready(Napi::Env env, const TensorAnswer& answer) {
  options_.Reset();
  if (answer.error) {
    is_closing_ = true;
    closed_.deferred.Resolve(env.Undefined());
    ready_.deferred.Reject(to_error(env, *answer.error).Value());
    return;
  }
  Napi::Object description = Napi::Object::New(env);
  description.Set("inputs", to_array(env, session_->inputs()));
  description.Set("outputs", to_array(env, session_->outputs()));
  ready_.deferred.Resolve(description);
}

bool TensorSessionObject::receive_done(Napi::Env env, TensorAnswer& answer) {
  std::unique_ptr<Pending> pending(static_cast<Pending*>(answer.token));
  if (answer.error) {
    pending->deferred.Reject(to_error(env, *answer.error).Value());
    return true;
  }
  if (!pending->results.IsEmpty()) {
    pending->deferred.Resolve(pending->results.Value());
    return true;
  }
  std::vector<TensorCopy> copies;
  Napi::Array results = Napi::Array::New(env, answer.produced.size());
  for (size_t index = 0; index < answer.produced.size(); index++) {
    results.Set(static_cast<uint32_t>(index), to_object(env, answer.produced[index], copies));
  }
  // A session that is closing may have ended its thread already.
  if (total_bytes(copies) > kCopyHereBytes && !is_closing_) {
    pending->produced = std::move(answer.produced);
    pending->results = Napi::Persistent(results.As<Napi::Object>());
    session_->submit_copies(std::move(copies), pending.release());
    return false;
  }
  for (const TensorCopy& copy : copies) std::memcpy(copy.to, copy.from, copy.bytes);
  pending->deferred.Resolve(results);
  return true;
}

void TensorSessionObject::receive(Napi::Env env, Napi::Function, TensorSessionObject* self, Message* message) {
  const std::unique_ptr<Message> owned(message);
  TensorAnswer& answer = owned->answer;
  // The environment is on its way out: nobody listens any more.
  if (env == nullptr) {
    delete static_cast<Pending*>(answer.token);
    return;
  }
  Napi::HandleScope scope(env);
  if (answer.kind == TensorAnswer::Kind::kReady) {
    self->receive_ready(env, answer);
  } else if (answer.kind == TensorAnswer::Kind::kClosed) {
    self->closed_.deferred.Resolve(env.Undefined());
  } else if (!self->receive_done(env, answer)) {
    return;
  }
  self->let_go(env);
}

}  // namespace mavseg
