import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** Screenshots of all states go there, if it is named. */
const SHOTS = process.env.PAGE_SHOTS;

/** A person at a browser of their own, on a page of a paid API. */
export class Visit {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly home: string,
    private readonly errors: string[],
  ) {}

  static async at(home: string, browser: Browser, options: { readonly javaScriptEnabled?: boolean } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      // A page that tells of a refusal has its status; what the policy blocks is a fault.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        errors.push(message.text());
      }
    });
    const visit = new Visit(context, page, home, errors);
    await visit.open();
    return visit;
  }

  async open(): Promise<void> {
    await this.page.goto(this.home);
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name }).first().click();
  }

  /** Whether the page shows the text, or comes to. */
  sees(text: string | RegExp): Promise<boolean> {
    const shown = this.page.getByText(text).first().waitFor();
    return shown.then(
      () => true,
      () => false,
    );
  }

  /** Signs up, and gives the key that the page shows. */
  async signUp(): Promise<string> {
    await this.press('Create a key');
    return this.newKey();
  }

  async signIn(key: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'API key' }).fill(key);
    await this.press('Sign in');
  }

  async newKey(): Promise<string> {
    const text = await this.page.locator('pre.key').textContent();
    return text ?? '';
  }

  /** Sends a GET from the page, and gives the status and the answer that it shows. */
  async tryIt(path: string): Promise<{ readonly status: number; readonly text: string }> {
    await this.page.locator('#answer').evaluateAll((shown) => {
      for (const one of shown) {
        one.remove();
      }
    });
    await this.page.getByLabel('Path').fill(path);
    await this.press('Send GET');
    const text = (await this.page.locator('#answer').textContent()) ?? '';
    return { status: Number(await this.page.locator('#try .status').textContent()), text };
  }

  async balance(): Promise<string> {
    return (await this.page.locator('.balance').textContent())?.trim() ?? '';
  }

  /** What the rows of a table say. */
  rows(selector: string): Promise<string[][]> {
    return this.page
      .locator(selector)
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  }

  /** From the stand-in's page back to ours. */
  async pay(): Promise<void> {
    await this.page.waitForURL(/\/c\/pay\//);
    await this.press(/^Pay|^Start/);
    await this.page.waitForURL(/\/welcome\?/);
  }

  /** What axe finds, in both themes; each state is drawn where screenshots are wanted. */
  async faults(state: string): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 360]) {
        await this.page.emulateMedia({ colorScheme });
        await this.page.setViewportSize({ width, height: 900 });
        await this.draw(`${state}-${width}-${colorScheme}`);
        found.push(...(await this.axe()).map((fault) => `${state}, ${colorScheme}, ${width} px: ${fault}`));
        const overflow = await this.page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (overflow > 0) {
          found.push(`${state}, ${width} px: ${overflow} px wider than the window`);
        }
      }
    }
    await this.page.setViewportSize({ width: 1280, height: 900 });
    return [...found, ...this.errors];
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private async draw(name: string): Promise<void> {
    if (SHOTS !== undefined) {
      mkdirSync(SHOTS, { recursive: true });
      await this.page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
    }
  }

  private async axe(): Promise<string[]> {
    // The page's policy admits no script but its own; what the debugger evaluates is none of the page's.
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<AxeResults>('axe.run()');
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  }
}
