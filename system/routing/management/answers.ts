import { z } from 'zod';
import { toolListSchema } from '../snapshot.ts';
import { auditEntrySchema } from './audit.ts';
import { refusalReasonSchema } from './change.ts';
import { suspectSchema } from './quarantine.ts';
import { decisionSchema } from './state.ts';

/** What Management answers with, by the place that answers; the OpenAPI document is made of these. */
export const listAnswerSchema = z.object({
  tools: toolListSchema,
  updated_at: z.string().meta({ format: 'date-time' }),
  revision: z.int().min(1),
});

export const gatewaysAnswerSchema = z.object({
  revision: z.int().min(1),
  gateways: z.array(
    z.object({
      gateway: z.string(),
      authority: z.string(),
      /** 0: it has not confirmed any list to this Management. */
      revision: z.int().min(0),
      seenAgoMs: z.number().nullable(),
    }),
  ),
});

export const forgottenAnswerSchema = z.object({ gateway: z.string() });
export const proposalAnswerSchema = z.object({ tools: toolListSchema, total: z.int().min(0) });
export const approvalAnswerSchema = z.object({ stage: z.string().min(1), decision: decisionSchema });

export const changedAnswerSchema = z.object({
  revision: z.int().min(1),
  /** The same `requestId` had been answered before: nothing was done again. */
  repeated: z.boolean(),
  unknownTools: z.exactOptional(z.array(z.string())),
});

export const auditAnswerSchema = z.object({ entries: z.array(auditEntrySchema) });
export const quarantineAnswerSchema = z.object({ suspects: z.array(suspectSchema) });
export const discardedAnswerSchema = z.object({ discarded: z.string() });

/** Every answer that is not 200, 304 and not a refused change. */
export const errorAnswerSchema = z.object({
  error: z.enum([
    'bad-request',
    'unauthenticated',
    'forbidden',
    'not-found',
    'method-not-allowed',
    'too-large',
    'not-durable',
    'not-quarantined',
  ]),
  detail: z.string(),
});

/** A change that was not made: a rule is against it, or it was put into quarantine. */
export const refusedAnswerSchema = z.object({
  error: z.enum([...refusalReasonSchema.options, 'quarantined', 'quarantine-full']),
  detail: z.string(),
  revision: z.int().min(1),
});
