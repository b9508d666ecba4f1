/** The manifest and its plugins: read, checked, started, stopped; the task modules of a project. @module */

export * from "./change/mod.ts";
export { ControlServer } from "./control/control_server.ts";
export type { ControlRequest } from "./control/request.ts";
export { describePlugin, type PluginDetail, type PluginModule } from "./describe_plugin.ts";
export { describePlugins, type LockState, type PluginRow } from "./describe_plugins.ts";
export { dropPermissions } from "./drop_permissions.ts";
export { embeddedPlugin } from "./embedded.ts";
export { guestLog, type HostAnswers, hostCalls } from "./guest_host.ts";
export { grantCommand } from "./grant_command.ts";
export { grantedVariables, grantToml, mergePermissions, missingPermissions, resolveRequest } from "./grants.ts";
export { LoadedPlugin } from "./loaded_plugin.ts";
export { type Lock, type LockedCode, type LockedPlugin, lockPath } from "./lock.ts";
export type { Manifest, PluginEntry, PluginSection, SettingSource, TaskPattern, TasksSection } from "./manifest.ts";
export type { BackendCapability } from "./metadata_cache.ts";
export { ownFilesOf } from "./own_files.ts";
export { toFileUrl } from "./paths.ts";
export { checkPermissionItem } from "./permission_item.ts";
export { type PluginCommands, PluginHost, type PluginHostParts } from "./plugin_host.ts";
export type { EffectiveSettings, PluginSettingRow } from "./plugin_settings.ts";
export type { PluginStatus, WorkerStatus } from "./plugin_status.ts";
export { readManifest } from "./read_manifest.ts";
export { shellWord } from "./shell_word.ts";
export { TaskModules } from "./task_modules.ts";
