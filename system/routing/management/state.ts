import { z } from 'zod';
import type { Colour } from '../../ports/colour.ts';
import { otherColour } from '../../ports/colour.ts';
import { parseJson } from '../json.ts';
import { routingSnapshotSchema } from '../snapshot.ts';
import { auditEntrySchema } from './audit.ts';
import { suspectSchema } from './quarantine.ts';

export const decisionSchema = z.enum(['approved', 'rejected', 'pending']);
export type Decision = z.infer<typeof decisionSchema>;

const knownGatewaySchema = z.object({ gateway: z.string().min(1), authority: z.string().min(1) });
export type KnownGateway = Readonly<z.infer<typeof knownGatewaySchema>>;

const answeredRequestSchema = z.object({ requestId: z.string(), revision: z.int() });

/** All that Management keeps: one JSON text, written whole before anything is answered. */
const managementStateSchema = z.object({
  snapshot: routingSnapshotSchema,
  /** `updated_at` in milliseconds since the epoch. */
  updatedMs: z.int(),
  /** The newest answered requests, oldest first: a repeated one gets its first answer (delivery F9). */
  answered: z.array(answeredRequestSchema),
  /** Never forgotten by themselves: a gateway that is cut off still routes (PRODUCT, routing). */
  gateways: z.array(knownGatewaySchema),
  /** By stage name; of the present release only. */
  approvals: z.record(z.string(), decisionSchema),
  /** The newest acts, oldest first. Absent in states of before there was a log. */
  audit: z.array(auditEntrySchema).default([]),
  /** Changes that were held back until a person decides, oldest first. */
  quarantine: z.array(suspectSchema).default([]),
});

export type ManagementState = Readonly<z.infer<typeof managementStateSchema>>;

export const rememberedRequests = 256;

/** RFC 3339 in UTC with milliseconds. */
export function rfc3339(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Before the first release: everything on one colour. */
export function initialState(stableColour: Colour, nowMs: number): ManagementState {
  return {
    snapshot: {
      revision: 1,
      updated_at: rfc3339(nowMs),
      action: 'reset',
      shrinkRevision: 1,
      canaryTools: [],
      stableColour,
      canaryColour: otherColour(stableColour),
    },
    updatedMs: nowMs,
    answered: [],
    gateways: [],
    approvals: {},
    audit: [],
    quarantine: [],
  };
}

/** Undefined where the stored text is not what this version wrote. */
export function parseState(text: string): ManagementState | undefined {
  return parseJson(managementStateSchema, text);
}
