// Where the page begins.

import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/index.css";
import { Page } from "./page/page";

const place = document.getElementById("app");
if (place) render(<Page />, place);
