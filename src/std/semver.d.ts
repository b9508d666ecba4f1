/** A version, taken apart. */
interface SemVer {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}
/** A range such as `^1.2.0`, taken apart. */
type Range = readonly (readonly unknown[])[];
/** The highest of the versions that lie in the range. */
export function maxSatisfying(versions: readonly SemVer[], range: Range): SemVer | undefined;
/** Whether the version lies in the range. */
export function satisfies(version: SemVer, range: Range): boolean;
/** A version, or undefined when the text is none. */
export function tryParse(text: string): SemVer | undefined;
/** A range, or undefined when the text is none (a tag, for example). */
export function tryParseRange(text: string): Range | undefined;
