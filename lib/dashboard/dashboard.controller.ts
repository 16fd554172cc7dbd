import {
  Controller,
  Get,
  Inject,
  Post,
  Req,
  Res,
  UseGuards,
  VERSION_NEUTRAL,
  type CanActivate,
  type OnModuleDestroy,
  type Type,
} from '@nestjs/common';
import { sendAsset } from './asset.js';
import { css, js } from './assets.generated.js';
import { Dashboard } from './dashboard.js';
import { secure } from './headers.js';
import type { Incoming, Outgoing } from './http.js';
import { LocalOnlyGuard } from './local-only.guard.js';
import type { SagaDashboardOptions } from './options.js';
import { pageOf } from './page.js';
import { ROUTES, type Route } from './routes/index.js';
import { serve } from './serve.js';
import { WriteGuard } from './write.guard.js';

function guardsOf(guards: SagaDashboardOptions['guards'] = []): readonly Type<CanActivate>[] {
  if (guards === 'global') return [WriteGuard];
  return [...(guards.length === 0 ? [LocalOnlyGuard] : guards), WriteGuard];
}

/** A method that answers one address, as the decorators would have it. */
function addRoute(type: Type<{ readonly dashboard: Dashboard }>, route: Route): void {
  const key = `${route.method} ${route.path}`;
  const target = type.prototype as object;
  const value = function (
    this: { readonly dashboard: Dashboard },
    request: Incoming,
    out: Outgoing,
  ): Promise<void> {
    return serve(this.dashboard, route, request, out);
  };
  Object.defineProperty(target, key, { value, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(target, key) as PropertyDescriptor;
  Req()(target, key, 0);
  Res()(target, key, 1);
  (route.method === 'get' ? Get : Post)(route.path)(target, key, descriptor);
}

/** One class per dashboard: its address and its guards belong to the class. */
export function controllerOf(path: string, guards: SagaDashboardOptions['guards']): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(...guardsOf(guards))
  class SagaDashboardController implements OnModuleDestroy {
    constructor(@Inject(Dashboard) readonly dashboard: Dashboard) {}

    @Get()
    page(@Req() request: Incoming, @Res() out: Outgoing): void {
      const { title = 'Sagas' } = this.dashboard.settings;
      secure(out)
        .status(200)
        .header('content-type', 'text/html; charset=utf-8')
        .send(pageOf(request, title));
    }

    @Get(js.name)
    script(@Req() request: Incoming, @Res() out: Outgoing): void {
      sendAsset(js, request, secure(out));
    }

    @Get(css.name)
    style(@Req() request: Incoming, @Res() out: Outgoing): void {
      sendAsset(css, request, secure(out));
    }

    /** An open feed would keep the server from closing. */
    onModuleDestroy(): void {
      this.dashboard.close();
    }
  }
  for (const route of ROUTES) addRoute(SagaDashboardController, route);
  // Kept out of the application's OpenAPI document; named here because that package is optional.
  Reflect.defineMetadata('swagger/apiExcludeController', [true], SagaDashboardController);
  return SagaDashboardController;
}
