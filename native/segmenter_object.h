#pragma once

#include <napi.h>

#include <memory>

#include "segmenter.h"

namespace mavseg {

/**
 * The segmenter as JavaScript sees it. All but its thread's answers happens on the thread of its environment. While
 * frames are in flight it keeps itself and the event loop alive; otherwise neither.
 */
class SegmenterObject : public Napi::ObjectWrap<SegmenterObject> {
 public:
  static Napi::Function define(Napi::Env env);

  /** `new Segmenter(options)` */
  explicit SegmenterObject(const Napi::CallbackInfo& info);
  ~SegmenterObject() override;

 private:
  struct Pending;
  struct Message;
  static void receive(Napi::Env env, Napi::Function, SegmenterObject* self, Message* message);
  using Channel = Napi::TypedThreadSafeFunction<SegmenterObject, Message, &SegmenterObject::receive>;

  /** `ready(): Promise<{ortVersion, isFused, fusedRefusal, instructionSet}>` */
  Napi::Value ready(const Napi::CallbackInfo& info);
  /** `segment(data, width, height, step, encoding, geometry, mask, report, runLengths): Promise<number>` */
  Napi::Value segment(const Napi::CallbackInfo& info);
  /** `segmentJpeg(data, width, height, geometry, mask, report, runLengths): Promise<number>` */
  Napi::Value segment_jpeg(const Napi::CallbackInfo& info);
  /** `close(): Promise<void>` */
  Napi::Value close(const Napi::CallbackInfo& info);

  /** @param rest where among the arguments geometry, mask, report and run lengths lie */
  Napi::Value submit(const Napi::CallbackInfo& info, std::variant<Picture, JpegFile> picture, int width, int height,
                     size_t rest);
  void hold(Napi::Env env);
  void let_go(Napi::Env env);
  static void on_teardown(void* data);

  std::string library_;
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
  std::unique_ptr<Segmenter> segmenter_;
  int class_count_;
  int held_ = 0;
  bool is_closing_ = false;
  bool is_torn_down_ = false;
};

}  // namespace mavseg
