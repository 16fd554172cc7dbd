import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ANN, guests, type Agency } from '../app.js';
import places from './places.json' with { type: 'json' };

/** What CHROMIUM names, else Chromium or Chrome where systems have them. */
const executable = [process.env['CHROMIUM'] ?? '', ...places].find((path) => existsSync(path));

/** How long anything may take to be seen, on a busy machine, too. */
const PATIENCE_MS = 20_000;

let browser: Browser | undefined;

export interface Look {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  readonly isPhone?: boolean;
  /** Who the cookie says; `''`: nobody. @default ann */
  readonly who?: string;
}

export interface Visit {
  readonly page: Page;
  /** What the browser complains of: must stay empty. */
  readonly complaints: string[];
  /** Every text that the server sent. */
  readonly received: Promise<string>[];
}

/** A window of its own at a view of the dashboard, as soon as that is there. */
export async function visit(agency: Agency, view = '', look: Look = {}): Promise<Visit> {
  browser ??= await chromium.launch({
    executablePath: executable ?? 'no browser: run npm run test:dashboard',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  const { theme = 'light', isPhone = false, who = ANN } = look;
  const { width = isPhone ? 390 : 1360, height = isPhone ? 844 : 850 } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    deviceScaleFactor: 1,
    hasTouch: isPhone,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  guests.push(context);
  if (who !== '') {
    const { hostname } = new URL(agency.url);
    const cookie = { name: 'who', value: encodeURIComponent(who), domain: hostname, path: '/' };
    await context.addCookies([cookie]);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  const received: Promise<string>[] = [];
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') complaints.push(said.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('response', (response) => {
    if (!response.url().includes('/api/events')) received.push(response.text().catch(() => ''));
  });
  await page.goto(`${agency.url}#/${view}`);
  await page.locator('main').waitFor();
  await page.getByText('Loading…').waitFor({ state: 'detached' });
  return { page, complaints, received };
}

/**
 * Until the expression holds in the page. Asked from here: `page.waitForFunction` asks again inside
 * the page, with an `eval` that the dashboard's content security policy forbids.
 */
export async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await page.evaluate<boolean>(expression))) {
    if (Date.now() > end) throw new Error(`Not so within ${PATIENCE_MS} ms: ${expression}`);
    await page.waitForTimeout(20);
  }
}

afterAll(async () => {
  await browser?.close();
  browser = undefined;
});
