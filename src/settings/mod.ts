/** Settings: defaults < `.env` < environment < flags. @module */

export { type LoadedSettings, loadSettings, type SettingRow, type Settings, type SettingsSources } from "./load.ts";
export { type SettingDefinition, SETTINGS } from "./table.ts";
