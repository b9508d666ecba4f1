/** From a specifier to verified JavaScript in a private folder. @module */

export { type GraphRecord, graphRecord, recordIsFresh } from "./record.ts";
export { BRIDGE, type GuestBridge, SDK_EXPORTS, STUBS } from "./guest_bridge.ts";
export { type LoadedModule, loadGraph, type LoadOptions, type ModuleGraph } from "./graph.ts";
export { type PreparedEntry, PreparedGraph, prepareGraph } from "./prepare.ts";
