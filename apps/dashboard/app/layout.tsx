import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { Keys } from '../components/keys.tsx';
import { Navigation } from '../components/navigation.tsx';
import { ThemeToggle } from '../components/theme-toggle.tsx';
import { THEMES } from '../components/theme.ts';
import '../styles/base.css';
import '../styles/controls.css';
import '../styles/tables.css';
import '../styles/charts.css';
import '../styles/pages.css';
import '../styles/experiments.css';
import '../styles/ablation.css';
import '../styles/runs.css';
import '../styles/faces.css';
import '../styles/studio.css';

export const metadata: Metadata = {
  title: { default: 'ID³ workbench', template: '%s · ID³ workbench' },
  description: 'Runs of the ID³ workbench, read from its tracking database.',
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export default async function Layout({ children }: { children: ReactNode }) {
  // In a cookie, not in the browser's storage: the first byte of HTML has the right theme already.
  const saved = (await cookies()).get('theme')?.value;
  const theme = THEMES.find((one) => one === saved) ?? 'system';
  return (
    <html lang="en" data-theme={theme}>
      <body>
        <a className="skip" href="#content">
          Skip to content
        </a>
        <header className="top">
          <Navigation />
          <span className="tools">
            <Keys />
            <ThemeToggle saved={theme} />
          </span>
        </header>
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </body>
    </html>
  );
}
