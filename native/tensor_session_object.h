#pragma once

#include <napi.h>

#include <memory>

#include "tensor_session.h"

namespace mavseg {

/**
 * The session as JavaScript sees it; src/onnx-backend/native-session.ts describes its methods. All but its thread's
 * answers happens on the thread of its environment. While runs are in flight it keeps itself and the event loop alive;
 * otherwise neither.
 */
class TensorSessionObject : public Napi::ObjectWrap<TensorSessionObject> {
 public:
  static Napi::Function define(Napi::Env env);

  /** `new TensorSession(options)` */
  explicit TensorSessionObject(const Napi::CallbackInfo& info);
  ~TensorSessionObject() override;

 private:
  struct Pending;
  struct Message;
  static void receive(Napi::Env env, Napi::Function, TensorSessionObject* self, Message* message);
  using Channel = Napi::TypedThreadSafeFunction<TensorSessionObject, Message, &TensorSessionObject::receive>;

  Napi::Value ready(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  void receive_ready(Napi::Env env, const TensorAnswer& answer);
  /** @return whether the run's promise was settled; otherwise its outputs are still being copied */
  bool receive_done(Napi::Env env, TensorAnswer& answer);
  void hold(Napi::Env env);
  void let_go(Napi::Env env);
  static void on_teardown(void* data);

  /** A promise that outlives the call which made it: a Deferred keeps no hold of its own promise. */
  struct KeptPromise {
    explicit KeptPromise(Napi::Env env)
        : deferred(env), promise(Napi::Persistent(deferred.Promise().As<Napi::Object>())) {}
    Napi::Promise::Deferred deferred;
    Napi::ObjectReference promise;
  };

  KeptPromise ready_;
  KeptPromise closed_;
  Napi::ObjectReference options_;
  Channel channel_;
  std::unique_ptr<TensorSession> session_;
  int held_ = 0;
  bool is_closing_ = false;
  bool is_torn_down_ = false;
};

}  // namespace mavseg
