import { Guard } from '../../../../chaos/live/nats/guard.ts';

/** Started by a test: starts a program that says its process id and stays, and is killed before it can say so to anybody. */
const [folder = '', file = ''] = process.argv.slice(2);
new Guard(folder).spawn(['sh', '-c', `echo $$ > '${file}'; exec sleep 600`], 'pipe', 'pipe');
process.kill(process.pid, 'SIGKILL');
