import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whom a server of this machine lets in: whoever has the address with its token, and then has its cookie. */
export class Door {
  readonly token = randomBytes(24).toString('base64url');

  /** A token in the address of the page, which a browser would show and remember. */
  opens(given: string | null): boolean {
    return given !== null && timingSafeEqual(digest(given), digest(this.token));
  }

  /** Cookies know no ports: each of several dashboards has a name of its own. */
  cookie(port: number): string {
    return `${nameOf(port)}=${this.token}; Path=/; HttpOnly; SameSite=Lax`;
  }

  isIn(cookies: string | undefined, port: number): boolean {
    const start = `${nameOf(port)}=`;
    const own = cookies?.split(/; */).find((one) => one.startsWith(start));
    return this.opens(own?.slice(start.length) ?? null);
  }
}

function nameOf(port: number): string {
  return `saga-dashboard-${port}`;
}
