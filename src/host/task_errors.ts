/** What can be wrong with task modules when they are imported. All exit with 3. @module */

import { type ErrorCode, formatDuration, NuvomError } from "../core/mod.ts";

function error(code: ErrorCode, what: string, mend: string, cause?: unknown): NuvomError {
  return new NuvomError(code, { what, mend, exitCode: 3, cause });
}

/** `NUVOM_TASK_MODULE` @param place `./tasks/x.ts:3:7` */
export function taskModuleFailed(detail: string, place: string, cause: Error): NuvomError {
  return error(
    "NUVOM_TASK_MODULE",
    `A task module could not be imported: ${detail.replace(/\.$/, "")} (${place}).`,
    "Mend the module, or take it out of [tasks] modules.",
    cause,
  );
}

/** `NUVOM_TASK_PERMISSION` @param asked `net access to "a:443"`. @param advice `write permissions = … under [tasks] in …`. */
export function taskRefused(asked: string, place: string | null, advice: string, cause: Error): NuvomError {
  return error(
    "NUVOM_TASK_PERMISSION",
    `A task module was refused ${asked} while it was imported${place === null ? "" : ` (${place})`}.`,
    `To grant it, ${advice}.`,
    cause,
  );
}

/** `NUVOM_TASK_PERMISSION`, of a handler. */
export function handlerRefused(
  task: string,
  asked: string,
  place: string | null,
  advice: string,
  cause: Error,
): NuvomError {
  return error(
    "NUVOM_TASK_PERMISSION",
    `The task "${task}" was refused ${asked}${place === null ? "" : ` (${place})`}.`,
    `To grant it, ${advice}.`,
    cause,
  );
}

/** `NUVOM_TASK_TIMEOUT` */
export function taskImportTimeout(timeoutMs: number, cause: Error): NuvomError {
  return error(
    "NUVOM_TASK_TIMEOUT",
    `The import of the task modules was not done within ${formatDuration(timeoutMs)}.`,
    "What a module awaits at its top level must end; NUVOM_PLUGIN_START_TIMEOUT_SECS gives it more time.",
    cause,
  );
}

/** `NUVOM_TASK_ANSWER` */
export function implausibleTasks(detail: string, cause: Error): NuvomError {
  return error(
    "NUVOM_TASK_ANSWER",
    `What the task modules say of their tasks can't be used: ${detail}.`,
    "Define tasks with task() of nuvom, and nothing else.",
    cause,
  );
}
