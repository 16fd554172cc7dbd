import {
  ForbiddenException,
  Injectable,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Incoming } from './http.js';

const PROXIES = ['forwarded', 'x-real-ip', 'via'];
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
/** With a port, which anybody may choose. */
const LOCAL_HOST = /^(localhost|[^:/@]+\.localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

const HOW =
  'This saga dashboard has no guard, so it is served to this machine alone: give ' +
  'SagaDashboardModule.forRoot({ guards: [YourGuard] })';

/**
 * Where a dashboard has no guard: lets in who sits at this machine. Not what a proxy hands on, whose
 * socket is local, too; nor a page elsewhere whose name was pointed here.
 */
@Injectable()
export class LocalOnlyGuard implements CanActivate {
  canActivate(ctx: ExecutionContext): boolean {
    const { socket, headers } = ctx.switchToHttp().getRequest<Incoming>();
    const host = headers['host'] ?? headers[':authority'];
    const isProxied = Object.keys(headers).some(
      (name) => PROXIES.includes(name) || name.startsWith('x-forwarded-'),
    );
    const isLocal = LOOPBACK.test(socket?.remoteAddress ?? '') && LOCAL_HOST.test(String(host));
    if (isLocal && !isProxied) return true;
    throw new ForbiddenException(HOW);
  }
}
