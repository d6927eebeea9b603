import { expect, test } from "vitest";
import { findHeaders, functionsIn, nodeApiFunctions } from "../../scripts/prebuild/node-api.mjs";

const HEADER = `
#ifndef GUARD_H_
#ifdef _WIN32
#define NAPI_EXTERN __declspec(dllexport)
#else
#define NAPI_EXTERN
#endif
NAPI_EXTERN napi_status NAPI_CDECL
napi_old(napi_env env);
#if NAPI_VERSION >= 8
NAPI_EXTERN napi_status NAPI_CDECL napi_eight(napi_env env);
#endif  // NAPI_VERSION >= 8
#if NAPI_VERSION >= 10
#ifndef NAPI_SOMETHING
NAPI_EXTERN napi_status NAPI_CDECL napi_ten(napi_env env);
#endif
#endif
#ifdef NAPI_EXPERIMENTAL
NAPI_EXTERN napi_status NAPI_CDECL napi_trial(napi_env env);
#else
NAPI_EXTERN napi_status NAPI_CDECL napi_settled(napi_env env);
#endif
#endif
`;

test("functions of later versions and of trials are left out", () => {
  expect(functionsIn(HEADER, 8)).toEqual(["napi_old", "napi_eight", "napi_settled"]);
  expect(functionsIn(HEADER, 10)).toEqual(["napi_old", "napi_eight", "napi_ten", "napi_settled"]);
  expect(functionsIn(HEADER, 7)).toEqual(["napi_old", "napi_settled"]);
});

test("Node's own headers tell version 8 from version 9", () => {
  const eight = nodeApiFunctions(findHeaders(), 8);
  const nine = nodeApiFunctions(findHeaders(), 9);
  expect(eight).toContain("napi_create_threadsafe_function");
  expect(eight).not.toContain("node_api_symbol_for");
  expect(nine).toContain("node_api_symbol_for");
  expect([...eight].every((name) => nine.has(name))).toBe(true);
});
