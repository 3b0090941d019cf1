import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);

// What is waited for comes at once, or never: a busy machine is no reason to fail.
configure({ asyncUtilTimeout: 20_000 });

// jsdom knows no media: its window is as wide as a desk's.
window.matchMedia ??= (media) => Object.assign(new EventTarget(), { media, matches: false }) as MediaQueryList;
