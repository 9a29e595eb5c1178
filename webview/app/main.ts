import "./nonce";
import { installPageStyles } from "../styles/page";
import "./panel";

installPageStyles();
