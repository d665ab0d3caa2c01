import { request } from 'node:http';
import { MpctlError } from '../../libs/base/error.ts';
import { Refusal } from '../../libs/base/refusal.ts';
import type { ControlError } from '../../libs/wire/control-http.ts';

/**
 * Asks the controller and resolves to what it answers. Throws {@link Refusal} with its code where it says no, and
 * `NO_CONTROLLER` where none answers.
 */
export async function askController<Reply>(
  socketPath: string,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Reply> {
  const { status, text } = await exchange(socketPath, method, path, body);
  const reply = parseReply(text);
  if (status >= 200 && status < 300) return reply as Reply;
  const error = reply as ControlError;
  throw new Refusal(error.code, error.message, error.issues, error.hint);
}

function parseReply(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MpctlError('CONTROLLER_UNCLEAR', 'the controller answered something else than JSON', { cause });
  }
}

function exchange(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? null : JSON.stringify(body);
  const headers = payload === null ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, method, path, headers, agent: false }, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    asking.on('error', error => reject(unreachable(error, socketPath)));
    asking.end(payload ?? undefined);
  });
}

function unreachable(error: NodeJS.ErrnoException, socketPath: string): MpctlError {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
    const hint = '`mpctl serve` starts one; --run-dir says where another one is';
    return new MpctlError('NO_CONTROLLER', `no controller answers on ${socketPath}`, { cause: error, hint });
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    const hint = 'use its user, or be a member of `control.group`';
    return new MpctlError('CONTROLLER_FORBIDDEN', `no right to use ${socketPath}`, { cause: error, hint });
  }
  return new MpctlError('CONTROLLER_LOST', `the controller did not answer: ${error.message}`, {
    cause: error,
  });
}
