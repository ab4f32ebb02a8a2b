export { Equipment, type EquipmentBacklog } from './equipment.ts';
export type { EquipmentEvent } from './equipment-event.ts';
export {
  defaultEquipmentSettings,
  type EquipmentOptions,
  type EquipmentSettings,
  type ToolSend,
} from './settings.ts';
export type { Wafer } from './wafer.ts';
export type { ToolProfile } from './workload.ts';
