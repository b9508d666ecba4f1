/** Where a server is. @module */

/** How TLS is used; as in other clients of PostgreSQL. */
export type SslMode = "disable" | "prefer" | "require" | "verify-full";

/** All that is needed to connect. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly sslmode: SslMode;
  readonly applicationName: string;
}

/** Says where the store is, without a password. */
export function placeOf({ host, port, database, user }: Address): string {
  return `${user}@${host}:${port}/${database}`;
}
