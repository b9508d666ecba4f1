/** Sizes for people. @module */

const UNITS = ["B", "KiB", "MiB", "GiB"] as const;

/** `312 B`, `4.2 KiB`, `120 KiB`, `1.5 MiB`. */
export function byteSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  // 1023.95 would be shown as 1024.
  while (size >= 1_023.95 && unit < UNITS.length - 1) [size, unit] = [size / 1_024, unit + 1];
  return `${unit === 0 || size >= 100 ? Math.round(size) : Number(size.toFixed(1))} ${UNITS[unit]}`;
}
