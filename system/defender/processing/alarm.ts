import type { CqlOptions, CqlSession, CqlStatement } from '../../ports/cql.ts';
import { alarmTable } from '../../ports/tables.ts';
import type { DefenderSettings } from '../settings.ts';

const claimAlarm: CqlStatement = { kind: 'insert-if-not-exists', table: alarmTable };
const writeAlarm: CqlStatement = { kind: 'insert', table: alarmTable };

/**
 * Takes the one effect of an alarm: whoever creates the row has raised it (cassandra-and-live P4). True where this token
 * created it, now or by an earlier try whose answer was lost; false where another did.
 *
 * Rejects as `CqlSession.execute` does. After an ambiguous outcome call it again with the same token: the transaction
 * itself then tells whose row it is, which a plain read could not (cassandra-and-live 51).
 */
export async function takeAlarm(
  session: CqlSession,
  settings: DefenderSettings,
  tool: string,
  contextSequence: number,
  ownerToken: string,
  raisedMs: number,
  score: number,
): Promise<boolean> {
  const options: CqlOptions = {
    consistency: 'LOCAL_QUORUM',
    idempotent: false,
    timeoutMs: settings.cqlTimeoutMs,
  };
  const row = {
    tool,
    context_sequence: contextSequence,
    owner_token: ownerToken,
    raised_ms: raisedMs,
    score,
  };
  switch (settings.policies.alarmClaim) {
    case 'if-not-exists': {
      const { applied, rows } = await session.execute(claimAlarm, row, options);
      return applied === true || rows[0]?.['owner_token'] === ownerToken;
    }
    case 'unconditional':
      await session.execute(writeAlarm, row, options);
      return true;
  }
}
