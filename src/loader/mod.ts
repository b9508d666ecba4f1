/** From a specifier to verified JavaScript in a private folder. @module */

export { type GraphRecord, graphRecord, recordIsFresh } from "./record.ts";
export { BRIDGE, type GuestBridge, SDK_EXPORTS, STUBS } from "./guest_bridge.ts";
export { importsOf, type ModuleGraph } from "./graph.ts";
export { loadGraph, type LoadOptions } from "./load_graph.ts";
export type { LoadProgress } from "./load_progress.ts";
export type { LoadedModule } from "./loaded_module.ts";
export { modulesFrom } from "./reachable.ts";
export { isRemote, type RemoteModule, type RemoteModules } from "./remote.ts";
export { remoteUrl } from "./remote_url.ts";
export { PrivateFolder } from "./private_folder.ts";
export { type PreparedEntry, PreparedGraph, prepareGraph, stubsIn } from "./prepare.ts";
export { sha256 } from "./read.ts";
export { parseAuthTokens } from "./auth_tokens.ts";
export {
  type LockedGraph,
  lockedGraph,
  type LockedModule,
  LockedModules,
  type LockedOptions,
} from "./locked_modules.ts";
export { ModuleStore } from "./module_store.ts";
export { NetworkModules, type NetworkOptions } from "./network_modules.ts";
