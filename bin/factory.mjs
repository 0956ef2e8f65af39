#!/usr/bin/env node
import '../dist/factory.js'
