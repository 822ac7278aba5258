def test_rows_cost_accuracy_and_the_csv_is_read_back(run_page, capsys):
    page = run_page("plot_oversampling")
    by_fold = page["by_fold"].mean(axis=1)
    # Where one class is this rare, balanced rows buy found ones with accuracy.
    assert by_fold["none"] > by_fold["smote"]
    assert by_fold["none"] > by_fold["lsgan"]
    said = capsys.readouterr().out
    assert "1,000 rows of class 'positive'" in said
    assert said.count("LSGAN ahead of") == 2 * (len(page["games"]) - 1)
    assert page["generated"].columns.tolist() == page["X"].columns.tolist()


def test_smote_stays_near_and_anchors_reach_further(run_page):
    near = run_page("plot_rows")["near"]
    assert near["SMOTE"] > near["Jittered anchors, accepted"]
    assert near["SMOTE"] > near["LSGAN on anchors, accepted"]
