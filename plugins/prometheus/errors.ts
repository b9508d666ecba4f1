/** What keeps the plugin from starting. @module */

import { NuvomError } from "nuvom";

/** `NUVOM_PROMETHEUS_PORT` */
export function badPort(port: unknown): NuvomError {
  return new NuvomError("NUVOM_PROMETHEUS_PORT", {
    what: `The setting prometheus_port of the plugin prometheus is ${JSON.stringify(port)}, which is no port.`,
    mend: "Set it to a whole number from 0 to 65535.",
    exitCode: 3,
  });
}

/** `NUVOM_PROMETHEUS_MAX_SERIES` */
export function badMaxSeries(max: unknown): NuvomError {
  return new NuvomError("NUVOM_PROMETHEUS_MAX_SERIES", {
    what: `The setting max_series of the plugin prometheus is ${JSON.stringify(max)}, which is no limit.`,
    mend: "Set it to a whole number, 1 or more.",
    exitCode: 3,
  });
}

/** `NUVOM_PROMETHEUS_LISTEN` @param holder Who has the port; null: nobody knows. */
export function cannotListen(host: string, port: number, holder: string | null, cause: Error): NuvomError {
  const taken = holder === null ? "" : `, taken by ${holder}`;
  return new NuvomError("NUVOM_PROMETHEUS_LISTEN", {
    what: `The plugin prometheus can't listen on ${host}:${port}: ${cause.message}${taken}.`,
    mend: "Set prometheus_port to a port that is free, or host to an address of this machine, and the net permission " +
      "with it.",
    exitCode: 3,
    cause,
  });
}
