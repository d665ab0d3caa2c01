import { request } from 'node:http';
import { join } from 'node:path';
import type { Fleet } from './fleet.ts';

/** Asks the control socket of a fleet, quicker than a command does. */
export function askControl<Reply>(
  fleet: Fleet,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: Reply }> {
  return new Promise((resolve, reject) => {
    const socketPath = join(fleet.runDir, '.control.sock');
    const asking = request({ socketPath, method, path, agent: false }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    asking.on('error', reject);
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
