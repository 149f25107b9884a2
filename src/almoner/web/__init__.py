"""The web application: pages with their data twins, accounts, jobs and storage. Needs the packages of almoner[web]."""
