{
  "targets": [
    {
      "target_name": "mavseg",
      "sources": [
        "native/addon.cc",
        "native/coded_error.cc",
        "native/fused_session.cc",
        "native/jpeg_decoder.cc",
        "native/ort_api.cc",
        "native/ort_inquiry.cc",
        "native/providers.cc",
        "native/segmenter.cc",
        "native/segmenter_object.cc",
        "native/segmenter_options.cc",
        "native/session.cc",
        "native/tensor_conversion.cc",
        "native/tensor_session.cc",
        "native/tensor_session_object.cc",
        "native/tensor_values.cc",
        "native/turbojpeg_api.cc",
        "native/kernels/block_motion.cc",
        "native/kernels/brightness.cc",
        "native/kernels/fused_net.cc",
        "native/kernels/fused_net_plan.cc",
        "native/kernels/fused_net_rows.cc",
        "native/kernels/half_float.cc",
        "native/kernels/input_tensor.cc",
        "native/kernels/mask_decoder.cc",
        "native/kernels/net_kernels.cc",
        "native/kernels/output_spec.cc",
        "native/kernels/picture.cc",
        "native/kernels/region_filter.cc",
        "native/kernels/resize.cc",
        "native/kernels/row_kernels.cc",
        "native/kernels/run_lengths.cc",
        "native/kernels/temporal_filter.cc",
        "native/kernels/thread_pool.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")", "native/kernels"],
      "defines": ["NAPI_VERSION=8", "NAPI_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      "cflags!": ["-fno-exceptions", "-O2"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
      # No contraction to fused multiply-adds: every processor is to compute the same mask.
      "cflags_cc": ["-std=c++17", "-O3", "-ffp-contract=off", "-fvisibility=hidden", "-Wall", "-Wextra"],
      "libraries": ["-ldl", "-pthread"]
    }
  ]
}
