/** Every command. What a command needs is imported only when it runs. @module */

import { type Command, command } from "./command.ts";
import { cancel } from "./commands/cancel.ts";
import { config } from "./commands/config.ts";
import { discoverTasks } from "./commands/discover_tasks.ts";
import { enqueue } from "./commands/enqueue.ts";
import { historyPrune } from "./commands/history_prune.ts";
import { historyRecent } from "./commands/history_recent.ts";
import { init } from "./commands/init.ts";
import { inspectJob } from "./commands/inspect_job.ts";
import { listTasks } from "./commands/list_tasks.ts";
import { logLevel } from "./commands/log_level.ts";
import { pluginAdd } from "./commands/plugin_add.ts";
import { pluginCacheClean } from "./commands/plugin_cache_clean.ts";
import { pluginCacheInfo } from "./commands/plugin_cache_info.ts";
import { pluginGrant } from "./commands/plugin_grant.ts";
import { pluginInspect } from "./commands/plugin_inspect.ts";
import { pluginList } from "./commands/plugin_list.ts";
import { pluginLock } from "./commands/plugin_lock.ts";
import { pluginReload } from "./commands/plugin_reload.ts";
import { pluginRemove } from "./commands/plugin_remove.ts";
import { pluginStatus } from "./commands/plugin_status.ts";
import { pluginUpdate } from "./commands/plugin_update.ts";
import { pluginVendor } from "./commands/plugin_vendor.ts";
import { pluginVerify } from "./commands/plugin_verify.ts";
import { queueClear } from "./commands/queue_clear.ts";
import { queuePause } from "./commands/queue_pause.ts";
import { queueResume } from "./commands/queue_resume.ts";
import { queueStats } from "./commands/queue_stats.ts";
import { retry } from "./commands/retry.ts";
import { runtestworkerRun } from "./commands/runtestworker_run.ts";
import { runworker } from "./commands/runworker.ts";
import { status } from "./commands/status.ts";
import { testPlugin } from "./commands/test_plugin.ts";
import { version } from "./commands/version.ts";

/** In the order in which help shows them. */
export const COMMANDS: readonly Command[] = [
  command(init, () => import("./run/init.ts")),
  command(config, () => import("./run/config.ts")),
  command(version, () => import("./run/version.ts")),
  command(runworker, () => import("./run/runworker.ts")),
  command(logLevel, () => import("./run/log_level.ts")),
  command(enqueue, () => import("./run/enqueue.ts")),
  command(status, () => import("./run/status.ts")),
  command(inspectJob, () => import("./run/inspect_job.ts")),
  command(cancel, () => import("./run/cancel.ts")),
  command(retry, () => import("./run/retry.ts")),
  command(historyRecent, () => import("./run/history_recent.ts")),
  command(historyPrune, () => import("./run/history_prune.ts")),
  command(queueStats, () => import("./run/queue_stats.ts")),
  command(queuePause, async () => ({ run: (await import("./run/queue_pause.ts")).pause })),
  command(queueResume, async () => ({ run: (await import("./run/queue_pause.ts")).resume })),
  command(queueClear, () => import("./run/queue_clear.ts")),
  command(listTasks, () => import("./run/list_tasks.ts")),
  command(discoverTasks, () => import("./run/discover_tasks.ts")),
  command(runtestworkerRun, () => import("./run/runtestworker_run.ts")),
  command(pluginList, () => import("./run/plugin_list.ts")),
  command(pluginInspect, () => import("./run/plugin_inspect.ts")),
  command(pluginStatus, () => import("./run/plugin_status.ts")),
  command(pluginReload, () => import("./run/plugin_reload.ts")),
  command(pluginAdd, () => import("./run/plugin_add.ts")),
  command(pluginRemove, () => import("./run/plugin_remove.ts")),
  command(pluginUpdate, () => import("./run/plugin_update.ts")),
  command(pluginLock, () => import("./run/plugin_lock.ts")),
  command(pluginVerify, () => import("./run/plugin_verify.ts")),
  command(pluginGrant, () => import("./run/plugin_grant.ts")),
  command(pluginVendor, () => import("./run/plugin_vendor.ts")),
  command(testPlugin, () => import("./run/test_plugin.ts")),
  command(pluginCacheInfo, () => import("./run/plugin_cache_info.ts")),
  command(pluginCacheClean, () => import("./run/plugin_cache_clean.ts")),
];
