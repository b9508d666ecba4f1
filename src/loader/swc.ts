/** The transpiler by itself: WebAssembly that is only to be started when there is TypeScript. @module */

// By name from here, because a bundle would give whoever imports it dynamically its default alone.
export { transformSync } from "@swc/wasm-typescript";
