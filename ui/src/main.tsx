import "./styles.css";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { startLiveCache } from "./app/live-cache";
import { boot } from "./lib/boot";

if (boot.nonce) setNonce(boot.nonce);

startLiveCache();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
