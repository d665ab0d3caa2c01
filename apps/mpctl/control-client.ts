import { connect } from 'node:net';
import { MpctlError } from '../../libs/base/error.ts';
import { Refusal } from '../../libs/base/refusal.ts';
import { type ControlError, configHeader } from '../../libs/wire/control-http.ts';

/**
 * Asks the controller and resolves to what it answers. Throws {@link Refusal} with its code where it says no, and
 * `NO_CONTROLLER` where none answers. `heardConfig` is told which tenants file the controller runs.
 */
export async function askController<Reply>(
  socketPath: string,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  heardConfig: (path: string) => void = () => {},
): Promise<Reply> {
  const { status, text, config } = await exchange(socketPath, method, path, body);
  if (config !== '') heardConfig(config);
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

/**
 * One question and its answer in HTTP/1.0, which ends with the connection. By hand, because loading `node:http` takes a
 * quarter of what Node itself needs to start.
 */
function exchange(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; text: string; config: string }> {
  const payload = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? '' : 'Content-Type: application/json\r\n';
  const head = `${method} ${path} HTTP/1.0\r\nHost: mpctl\r\n${type}Content-Length: ${Buffer.byteLength(payload)}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ path: socketPath }, () => socket.write(head + payload));
    socket.setEncoding('utf8').on('data', part => {
      received += part;
    });
    socket.on('error', error => reject(unreachable(error, socketPath)));
    socket.on('end', () => {
      const [, status, head, text] =
        /^HTTP\/1\.[01] (\d{3})([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(received) ?? [];
      if (status === undefined || head === undefined || text === undefined) {
        reject(unreachable(new Error('it closed the connection'), socketPath));
        return;
      }
      const [, config = ''] = configLine.exec(head) ?? [];
      resolve({ status: Number(status), text, config: decodeURIComponent(config) });
    });
  });
}

const configLine = new RegExp(`^${configHeader}: *(\\S+)`, 'im');

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
