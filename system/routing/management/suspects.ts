import { z } from 'zod';
import type { HttpResponse } from '../../ports/http.ts';
import { jsonResponse, readJson } from '../json.ts';
import type { Asked, ManagementApi } from './api.ts';
import { badRequest, errorResponse, notDurable } from './error-response.ts';
import { make } from './updates.ts';
import { writeDown } from './write-down.ts';

export const settlementRequestSchema = z.object({
  requestId: z.string().min(1),
  decision: z.enum(['release', 'discard']),
});

/** Changes that wait for a person, with why. */
export function listSuspects({ keeper }: ManagementApi): HttpResponse {
  return jsonResponse(200, { suspects: keeper.state.quarantine });
}

/** Lets a change go, if the list is still the one that it was meant for, or discards it. */
export async function settleSuspect(api: ManagementApi, asked: Asked): Promise<HttpResponse> {
  const read = readJson(settlementRequestSchema, asked.request.body);
  if (!read.ok) return badRequest(read.problem);
  const { requestId, decision } = read.value;
  const suspect = api.keeper.state.quarantine.find((entry) => entry.requestId === requestId);
  if (suspect === undefined) {
    return errorResponse(404, 'not-quarantined', `no change ${requestId.slice(0, 100)} is in quarantine`);
  }
  switch (decision) {
    case 'release': {
      const { action, tools, revision } = suspect;
      return await make(api, asked, { action, tools, requestId, expectedRevision: revision }, 'released');
    }
    case 'discard': {
      const done = await writeDown(api, asked, { action: 'discard', detail: requestId }, (state) => ({
        ...state,
        quarantine: state.quarantine.filter((entry) => entry.requestId !== requestId),
      }));
      return done ? jsonResponse(200, { discarded: requestId }) : notDurable;
    }
  }
}
