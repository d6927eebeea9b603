#pragma once

namespace mavseg {

/** How frame px of one axis meet output px: px x has its centre at `(x + 0.5) * scale + shift - 0.5`. */
struct AxisMap {
  double scale;
  double shift;
  /** First frame px that the net sees, and the first behind it that it does not. */
  int from;
  int to;
};

/** One axis of the way from a frame to the net's input and back; src/engine/reference/geometry.ts plans it. */
struct AxisGeometry {
  /** Size of the frame, and of the input tensor. */
  int frame;
  int tensor;
  /** Size to which the frame is resized, and the first of its px that goes into the tensor. */
  int resized;
  int cropped;
  /** How many px go into the tensor, and where they begin there. */
  int content;
  int offset;
  AxisMap map;

  bool keeps_size() const { return resized == frame && content == frame; }
};

struct Geometry {
  AxisGeometry x;
  AxisGeometry y;
  /** What fills the tensor around the picture: its own last column and row, or a constant all around. */
  bool pads_with_edge;
};

}  // namespace mavseg
