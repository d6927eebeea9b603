import { foxgloveEnumSchemas, foxgloveMessageSchemas, generateProto } from "@foxglove/schemas/internal.js";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor/index.js";

type MessageName = keyof typeof foxgloveMessageSchemas;

const PACKAGE = "foxglove";

/** A Foxglove message type in protobuf, made from the definitions that Foxglove publishes. */
export interface FoxgloveType {
  readonly type: protobuf.Type;
  /** Full name, `foxglove.CompressedImage`. */
  readonly name: string;
  /** A FileDescriptorSet, as MCAP wants it for protobuf schemas. */
  readonly descriptor: Uint8Array;
}

const made = new Map<MessageName, FoxgloveType>();

export function foxgloveType(name: MessageName): FoxgloveType {
  const known = made.get(name);
  if (known !== undefined) return known;
  const root = new protobuf.Root();
  addMessage(root, name, new Set());
  root.resolveAll();
  const set = (root as unknown as { toDescriptor(syntax: string): protobuf.Message }).toDescriptor("proto3");
  const descriptor = (set.constructor as unknown as protobuf.Type).encode(set).finish();
  const result = { type: root.lookupType(`${PACKAGE}.${name}`), name: `${PACKAGE}.${name}`, descriptor };
  made.set(name, result);
  return result;
}

/** Adds a message's definition and those that it is made of. */
function addMessage(root: protobuf.Root, name: MessageName, seen: Set<string>): void {
  if (seen.has(name)) return;
  seen.add(name);
  const { imports } = protobuf.parse(generateProto(foxgloveMessageSchemas[name], enumsOf(name)), root);
  for (const file of imports ?? []) {
    if (seen.has(file)) continue;
    const wellKnown = protobuf.common.get(file);
    if (wellKnown !== null) seen.add(file);
    if (wellKnown !== null) root.addJSON(wellKnown.nested as Record<string, protobuf.AnyNestedObject>);
    else addMessage(root, file.replace(/^.*\//, "").replace(/\.proto$/, "") as MessageName, seen);
  }
}

function enumsOf(name: MessageName) {
  return Object.values(foxgloveEnumSchemas).filter(({ parentSchemaName }) => parentSchemaName === name);
}
