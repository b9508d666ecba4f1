/** Changes of a project's plugins, for the command line: records in, reports out, nothing printed. @module */

export { type AddConsent, addPlugin, type AddReport } from "./add_plugin.ts";
export { cacheClean, type CacheCleanReport, type CacheInfo, cacheInfo, type CachePart } from "./cache.ts";
export { grantPlugin, type GrantReport } from "./grant_plugin.ts";
export { type InspectedPlugin, inspectSource, type SourceRequest } from "./inspect_source.ts";
export { lockAll, type LockReport } from "./lock_all.ts";
export type { ChangeParts, ChangeProgress } from "./parts.ts";
export type { CodeChange, ModuleDiff, ModuleSize } from "./code_change.ts";
export { removePlugin, type RemoveReport } from "./remove_plugin.ts";
export { applyUpdates, type InspectedUpdates, inspectUpdates } from "./update_plugins.ts";
export { vendorAll, type VendorReport } from "./vendor_all.ts";
export { type VerifiedModule, verifyAll, type VerifyReport } from "./verify_all.ts";
