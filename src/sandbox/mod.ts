/** Realms: where foreign code runs, and how host and guest talk. @module */

export { isAfter, ORDER_NUMBERS, type Recalled } from "./start_gate.ts";
export { explainPermission, type MissingPermission } from "./permission_error.ts";
export { MAX_LINE } from "./lines.ts";
export { MAX_DEPTH } from "./message_depth.ts";
export { type GuestLog, readLog } from "./guest_log.ts";
export { WINDOW } from "./outbox.ts";
export { openRealm } from "./open_realm.ts";
export type { GuestCalls, Isolation, Realm, RealmExit, RealmHost, RealmSpec, RealmUsage } from "./realm.ts";
export { unknownMethod } from "./errors.ts";
export { type CallContext, type CallOptions, fromTable, type RpcCounts } from "./rpc.ts";
export type {
  AbortReason,
  AttemptOrder,
  AttemptReport,
  DiscoveredTask,
  EntryRef,
  ExecutorCalls,
  ExecutorNotes,
  HostCalls,
  HostNotes,
  OpenedBackend,
  PluginCalls,
  RealmRole,
  Registration,
} from "./protocol.ts";
