import {
  ForbiddenException,
  Injectable,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { remember } from './call.js';
import type { Incoming } from './http.js';

/** Why a request that changes something did not come from a page of this dashboard. */
function foreign({ headers }: Incoming): string | undefined {
  if (!/^application\/json\s*(;|$)/i.test(String(headers['content-type'])))
    return 'content-type must be application/json';
  if (headers['x-saga-dashboard'] !== '1') return 'the header x-saga-dashboard: 1 is missing';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return 'it comes from a page of another site';
  return undefined;
}

/**
 * After the guards of the application. A form or a script of another site can send none of these three
 * without asking first, which nobody here allows.
 */
@Injectable()
export class WriteGuard implements CanActivate {
  canActivate(ctx: ExecutionContext): boolean {
    const request = ctx.switchToHttp().getRequest<Incoming>();
    const why =
      request.method === 'GET' || request.method === 'HEAD' ? undefined : foreign(request);
    if (why !== undefined) throw new ForbiddenException(`Refused: ${why}`);
    remember(request, ctx);
    return true;
  }
}
